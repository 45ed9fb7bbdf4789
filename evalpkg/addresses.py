"""Addresses as they may be shown, logged and recorded."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


def without_userinfo(text: str) -> str:
    """``text`` with ``user:password@`` cut out of every URL in it.

    It ends at the last ``@`` before the path (RFC 3986, section 3.2.1; a password that holds an
    unescaped one is cut out whole).
    """
    return _USERINFO.sub("", text)
