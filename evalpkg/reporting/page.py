"""The parts of a report's page: style and scripts, figures, packed samples.

A page may come from a stranger. These functions find its parts and compare them; they run none.
"""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Iterator

from evalpkg.reporting.figures import reading

ARTIST = "matplotlib"
"""The library that draws the figures. Another release of it places lines elsewhere."""

_FIGURE = re.compile(
    r'<svg [^>]{0,200}?class="figure" role="(?:img|group)" aria-label="([^"]*)">'
    r"(?:[^<]|<(?!svg))*?</svg>"
)
_DRESS = re.compile(
    r"<style>[^<]*</style>"
    r'|<script type="module">(?:[^<]|<(?!/?script))*</script>'
)
_PACKED = re.compile(r'(?<=<script type="application/gzip" )(id="[^"]*">)([\w+/=]*)')


def dress(page: str) -> list[str]:
    """List the styles and scripts of a page, tags included."""
    return _DRESS.findall(page)


def undressed(page: str) -> str:
    """Return a page without its styles and scripts, a name in the place of each."""
    return _DRESS.sub(lambda part: f"<{part[0][1:7]}>", page)


def foreign_drawing(page: str) -> Iterator[str]:
    """Name everything in the figures of a page that does not belong there."""
    for figure in _FIGURE.finditer(page):
        yield from reading.refusals(figure[0])


def undrawn(page: str) -> str:
    """Return a page with the description of each figure in its place."""
    return _FIGURE.sub(r"<figure: \1>", page)


def rounded(page: str) -> str:
    """Return a page with its figures in rounded coordinates."""
    return _FIGURE.sub(lambda figure: reading.rounded(figure[0]), page)


def repacked(page: str, expected: str) -> str:
    """Return ``page`` with the chunks of ``expected`` for those that hold the same bytes."""
    packed: dict[str, str] = dict(_PACKED.findall(expected))

    def ours(chunk: re.Match[str]) -> str:
        wanted = packed.get(chunk[1], "")
        return chunk[1] + (wanted if _hold_the_same(chunk[2], wanted) else chunk[2])

    return _PACKED.sub(ours, page)


def _hold_the_same(found: str, wanted: str) -> bool:
    """Tell whether two chunks unpack to the same bytes.

    The found chunk may be hostile, so no more of it is unpacked than the wanted one holds.
    """
    if found == wanted:
        return True
    content = gzip.decompress(base64.b64decode(wanted))
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        same = unpacker.decompress(base64.b64decode(found), len(content) + 1) == content
    except (ValueError, zlib.error):
        return False
    return same and unpacker.eof and not unpacker.unused_data
