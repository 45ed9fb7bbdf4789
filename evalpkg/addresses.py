"""Addresses without the credentials that a URL may contain, fit to be shown and recorded."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


def without_userinfo(text: str) -> str:
    """Remove ``user:password@`` from every URL in ``text``.

    The part that is removed ends at the last ``@`` before the path (RFC 3986, section 3.2.1), so
    a password with an unescaped ``@`` is removed as a whole.
    """
    return _USERINFO.sub("", text)
