"""Addresses of sources: which of them may lead somewhere, and which are only shown."""

import re
from typing import Final
from urllib.parse import urlsplit

#: Names of letters, digits and hyphens, with a top level of letters; no name in another script's disguise.
HOST: Final = re.compile(r"(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z]{2,63}")
NUMBERS: Final = re.compile(
    r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
)

#: What an address may be written with (RFC 3986), without brackets: no host here needs them.
WRITTEN: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+", re.IGNORECASE)


def link_of(address: str) -> str:
    """Return an address as the target of a link, or nothing where it is shown as text alone.

    Only ``http`` and ``https`` with a plain host lead anywhere: no name or password before it, no letters of
    other scripts that look like Latin ones, no blank, control or backslash, which programs read differently.

    Examples
    --------
    >>> link_of("https://www.gov.cn/index.html")
    'https://www.gov.cn/index.html'
    >>> link_of("https://bank.example@evil.example/"), link_of("javascript:alert(1)")
    ('', '')
    """
    if not WRITTEN.fullmatch(address):
        return ""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    plain = len(host) <= 253 and (HOST.fullmatch(host) or NUMBERS.fullmatch(host))
    if not plain or "@" in parts.netloc or "%" in parts.netloc or port == 0 or parts.netloc.endswith(":"):
        return ""
    return address
