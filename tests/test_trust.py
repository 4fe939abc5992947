"""Connections are as careful with TLS on every Python, whatever the environment says."""

import ssl
from pathlib import Path

import pytest

from layersync.trust import trust


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_certificate_has_to_be_signed_and_of_the_host(scheme: str) -> None:
    context = trust(scheme)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_tls_is_at_least_of_version_1_2() -> None:
    assert trust("https").minimum_version >= ssl.TLSVersion.TLSv1_2


def test_keys_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert trust("https").keylog_filename is None


def test_certificates_out_of_the_environment_are_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "none.pem"
    empty.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    assert trust("https").get_ca_certs()


def test_plain_http_trusts_nobody() -> None:
    assert not trust("http").get_ca_certs()
