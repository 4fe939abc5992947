"""Reading as a service account, against a stand-in: what is signed and asked, and every way that it can fail."""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from layersync.errors import InputUnusable
from layersync.sheet.download import Patience
from layersync.sheet.google import Google, read_google
from layersync.values.google_sheet import GoogleSheet
from tests.sheet.web.conftest import CSV, Said, Server

EMAIL = "sheets@example.iam.gserviceaccount.com"
TOKEN = "ya29.token"  # noqa: S105  opens nothing
GRANTED = Said(body=json.dumps({"access_token": TOKEN, "expires_in": 3599}).encode())
LIMIT = 1000
SHEET = GoogleSheet(key="KEY", gid="7")


@pytest.fixture(scope="module")
def pair() -> rsa.RSAPrivateKey:
    """A key made for the test."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(pair: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    return pair.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


@pytest.fixture
def key_file(tmp_path: Path, server: Server, pair: rsa.RSAPrivateKey) -> Path:
    """A key file in Google's form, whose tokens come from the server."""
    key = {
        "type": "service_account",
        "private_key_id": "k1",
        "private_key": pem(pair),
        "client_email": EMAIL,
        "token_uri": f"{server.url}/token",
    }
    (tmp_path / "key.json").write_text(json.dumps(key))
    return tmp_path / "key.json"


def read(server: Server, patience: Patience, key_file: Path, sheet: GoogleSheet = SHEET) -> bytes:
    google = Google(docs=server.url, drive=server.url)
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(key_file)}
    return asyncio.run(read_google(sheet, None, LIMIT, patience, google=google, environ=environ))


def refusal(server: Server, patience: Patience, key_file: Path) -> InputUnusable:
    with pytest.raises(InputUnusable) as caught:
        read(server, patience, key_file)
    assert TOKEN not in str(caught.value)
    assert "PRIVATE KEY" not in str(caught.value)
    return caught.value


def test_a_signed_statement_becomes_a_token_and_the_token_reads_all_tabs(
    server: Server, patience: Patience, key_file: Path, pair: rsa.RSAPrivateKey
) -> None:
    server.say(GRANTED, Said())
    assert read(server, patience, key_file) == CSV
    granted, exported = server.asked
    form = parse_qs(granted.body.decode())
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    certificate = pair.public_key().public_bytes(serialization.Encoding.PEM, public)
    claims = jwt.decode(form["assertion"][0], certs=certificate, audience=f"{server.url}/token")
    assert (granted.method, granted.path) == ("POST", "/token")
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert claims["iss"] == EMAIL
    assert claims["scope"] == "https://www.googleapis.com/auth/drive.readonly"
    assert claims["exp"] - claims["iat"] <= 3600
    assert exported.path.startswith("/drive/v3/files/KEY/export?mimeType=application/vnd.openxmlformats")
    assert exported.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_published_sheet_needs_no_account(server: Server, patience: Patience, key_file: Path) -> None:
    assert read(server, patience, key_file, GoogleSheet(key="2PACX", published=True)) == CSV
    assert [one.path for one in server.asked] == ["/spreadsheets/d/e/2PACX/pub?output=csv"]


@pytest.mark.parametrize("status", [302, 307])
def test_the_token_goes_to_no_other_host(
    status: int, server: Server, canary: Server, patience: Patience, key_file: Path
) -> None:
    server.say(GRANTED, Said(status, b"", {"Location": canary.url}))
    refusal(server, patience, key_file)
    server.say(Said(status, b"", {"Location": canary.url}))
    refusal(server, patience, key_file)
    assert canary.asked == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_sheet_that_is_not_shared_names_the_account(
    status: int, server: Server, patience: Patience, key_file: Path
) -> None:
    server.say(GRANTED, Said(status, b""))
    told = refusal(server, patience, key_file)
    assert "is not shared with the service account" in told.message
    assert EMAIL in told.what_to_do


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(400, b'{"error":"invalid_grant","error_description":"Invalid JWT Signature."}'), "Invalid JWT Signature"),
        (Said(400, b"[]"), "HTTP 400"),
        (Said(200, b"{}"), "does not accept"),
        (Said(200, b'{"access_token": "a\\nb"}'), "does not accept"),
        (Said(200, b"<html>"), "does not accept"),
        (Said(200, b"x" * 100_000), "larger"),
    ],
)
def test_a_key_that_is_not_accepted_is_told(
    said: Said, message: str, server: Server, patience: Patience, key_file: Path
) -> None:
    server.say(said)
    assert message in refusal(server, patience, key_file).message
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"token_uri": "http://oauth2.example/token"}, "is not https"),
        ({"token_uri": None}, "no key file of a service account"),
        ({"client_email": ["x"]}, "no key file of a service account"),
        ({"private_key": "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n"}, "no private key"),
        ({"private_key": ""}, "no private key"),
    ],
)
def test_a_key_file_that_is_none_is_told_before_anything_is_sent(
    change: dict[str, object], message: str, server: Server, patience: Patience, key_file: Path
) -> None:
    key_file.write_text(json.dumps({**json.loads(key_file.read_text()), **change}))
    assert message in refusal(server, patience, key_file).message
    assert server.asked == []


@pytest.mark.parametrize("content", [None, "", "[]", "not JSON", "\udcff"])
def test_a_file_that_is_no_key_is_told(content: str | None, server: Server, patience: Patience, key_file: Path) -> None:
    key_file.unlink()
    if content is not None:
        key_file.write_bytes(content.encode(errors="surrogateescape"))
    assert "key" in refusal(server, patience, key_file).message
    assert server.asked == []


def test_without_the_extra_the_way_to_get_it_is_told(
    server: Server, patience: Patience, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.auth", None)
    assert "pip install 'layersync[google]'" in refusal(server, patience, key_file).what_to_do
    assert server.asked == []
