"""Whom a connection trusts, which versions of TLS it speaks, and that nobody reads its keys along."""

import ssl

import httpx


def trust(scheme: str) -> ssl.SSLContext:
    """Gives the certificates of the world for https, at least TLS 1.2; nothing out of the environment."""
    # plain http goes to this machine only, and loading the certificates of the world takes its time
    if scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context(verify=True, trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # a distribution's Python may leave that to its OpenSSL
    # Python takes it out of SSLKEYLOGFILE on its own; None is right, typeshed only says str
    context.keylog_filename = None  # type: ignore[assignment]
    return context
