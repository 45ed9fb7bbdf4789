"""Figures of a report: nothing but drawing is in them, and it is where it should be.

Another release of the drawing library places a line a fraction of a pixel elsewhere, so figures are
compared by element, with rounded coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_ELEMENTS = """
    svg g path use defs text tspan title desc a clipPath rect line circle polyline polygon ellipse
"""
ELEMENTS = frozenset(_ELEMENTS.split())
"""Elements that draw, name or link; nothing that runs, loads or styles the page."""

_ATTRIBUTES = """
    id class role aria-label tabindex href clip-path viewBox d x y x1 y1 x2 y2 cx cy r rx ry width
    height points transform fill fill-opacity fill-rule opacity stroke stroke-width
    stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity font-size font-weight text-anchor dominant-baseline
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())

LARGEST = 2_000_000
"""Characters of a figure that are read at all."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_LOCAL = re.compile(r"#[^\s\"'<>]*|url\(#[^\s\"'()<>]*\)")
_IDS = re.compile(r"(?<=#)[pm][0-9a-f]{10}\b|\b[pm][0-9a-f]{10}\b")


def refusals(figure: str) -> Iterator[str]:
    """Everything in a figure that does not belong into one."""
    root = _parsed(figure)
    if root is None:
        yield "a figure is no well-formed drawing"
        return
    for element in root.iter():
        if element.tag not in ELEMENTS:
            yield f"a figure holds the element <{element.tag}>"
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES:
                yield f"a figure's <{element.tag}> has the attribute {name!r}"
            elif name in ("href", "clip-path") and not _LOCAL.fullmatch(value):
                yield f"a figure's <{element.tag}> refers to {value!r:.80}"


def rounded(figure: str) -> str:
    """A figure as text on one line, its numbers rounded to whole pixels, its ids by their order."""
    root = _parsed(figure)
    return "" if root is None else _by_order(" ".join(_told(root)))


def _parsed(figure: str) -> Element | None:
    if len(figure) > LARGEST or "<!" in figure or "<?" in figure:
        return None
    try:
        return ElementTree.fromstring(figure)  # noqa: S314 - neither entities nor declarations
    except ElementTree.ParseError:
        return None


def _told(element: Element) -> Iterator[str]:
    fields = [
        f'{name}="{value if name in _WORDS else _NUMBER.sub(_whole, value)}"'
        for name, value in sorted(element.attrib.items())
    ]
    yield f"<{' '.join([element.tag, *fields])}>"
    if element.text and element.text.strip():
        yield element.text.strip()
    for child in element:
        yield from _told(child)
        if child.tail and child.tail.strip():
            yield child.tail.strip()
    yield f"</{element.tag}>"


_WORDS = frozenset(("id", "class", "role", "aria-label", "href", "clip-path"))
"""Attributes that are no numbers."""


def _whole(number: re.Match[str]) -> str:
    return str(round(float(number[0])) or 0)


def _by_order(text: str) -> str:
    """Ids that the library makes from digests, as ``#0``, ``#1``, ... in order of appearance."""
    numbers: dict[str, int] = {}
    return _IDS.sub(lambda found: f"id{numbers.setdefault(found[0], len(numbers))}", text)
