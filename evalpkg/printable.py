"""Escape control characters, so that neither a terminal nor a page obeys what a model wrote."""

from __future__ import annotations


def printable(text: str, keep: str = "") -> str:
    r"""Replace every non-printable character, except those in ``keep``, by its escape.

    >>> printable("a\tb\x1b"), printable("a\nb", keep="\n")
    ('a\\tb\\x1b', 'a\nb')
    """
    return "".join(c if c.isprintable() or c in keep else ascii(c)[1:-1] for c in text)
