"""Which addresses a key may be sent to (reliability 2.C, C2)."""

import pytest

from layersync.settings.address import base_url


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sandbox", "sandbox"),
        (" Sandbox ", "sandbox"),
        ("https://api.layers.com", "https://api.layers.com"),
        ("https://api.layers.com/", "https://api.layers.com"),
        ("https://API.Layers.com:443", "https://api.layers.com"),
        ("https://gateway.example:8443/layers//", "https://gateway.example:8443/layers"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80/", "http://localhost"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_an_address_has_one_form(written: str, meant: str) -> None:
    assert base_url(written) == meant


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "holds a space"),
        ("api.layers.com", "neither"),
        ("ftp://api.layers.com", "neither"),
        ("https://", "neither"),
        ("http://api.layers.com", "not https"),
        ("http://127.0.0.1.evil.example", "not https"),
        ("http://localhost.evil.example", "not https"),
        ("http://2130706433", "not https"),
        ("http://0.0.0.0", "not https"),
        ("https://user:secret@api.layers.com", "user name"),
        ("http://127.0.0.1@evil.example", "user name"),
        ("https://api.layers.com?x=1", "query"),
        ("https://api.layers.com#x", "fragment"),
        ("https://api.layers.com/a/../b", "path"),
        ("https://api.layers.com:99999", "port"),
        ("https://api.layers.com:abc", "port"),
        ("https://api.layers.com\\@evil.example", "backslash"),
        ("https://api.layers.com/ x", "space"),
        ("https://api.layers.com/\n", "space"),
        ("https://äpi.layers.com", "ASCII"),
    ],
)
def test_other_addresses_are_refused_without_showing_them(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        base_url(written)
    assert "secret" not in str(refused.value)
