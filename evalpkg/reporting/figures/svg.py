"""Turn a matplotlib figure into SVG that a page can hold inline.

matplotlib writes colours and fonts into ``style`` attributes. A strict content security policy
forbids these, and a dark page cannot change them. Here each colour of the figure is a token.
Tokens become classes, all other styles become presentation attributes, and the page sets fonts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evalpkg.reporting.figures.artist import load_artist

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, GRID, BASE, FINETUNED, PAPER = (f"#00000{n}" for n in range(1, 7))
"""Colour tokens. No reader sees these colours: ``report.css`` replaces them."""

_CLASS = {INK: "ink", MUTED: "muted", GRID: "grid", BASE: "base", FINETUNED: "ft", PAPER: "paper"}
_DROPPED = {
    "font-family",
    "font-style",
    "font-variant",
    "font-stretch",
    "-inkscape-font-specification",
}


@contextmanager
def drawing(width: float, height: float, salt: str) -> Iterator[Figure]:
    """A figure of ``width`` by ``height`` CSS pixels with this project's style.

    Args:
        width: of the figure, in CSS pixels.
        height: of the figure, in CSS pixels.
        salt: keeps the ids of this figure apart from those of others in the same page.

    Yields:
        An empty figure. One figure unit (1/72 inch) becomes one CSS pixel at full width.
    """
    load_artist()
    import matplotlib as mpl
    from matplotlib.figure import Figure as NewFigure

    style = {
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "text.parse_math": False,
        "font.size": 12,
        "font.family": "DejaVu Sans",
        "text.color": INK,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": MUTED,
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "figure.facecolor": "none",
        "grid.color": GRID,
        "grid.linewidth": 1.0,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }
    with mpl.rc_context():
        mpl.rcdefaults()  # the user's own settings would give other figures on each machine
        mpl.rcParams.update(style)
        yield NewFigure(figsize=(width / 72, height / 72), layout="constrained")


def to_svg(figure: Figure, description: str, tooltips: dict[str, str] | None = None) -> str:
    """Write the figure as an ``<svg>`` element; call it inside ``drawing``.

    Args:
        figure: the figure.
        description: the figure in words, for readers who cannot see it.
        tooltips: text to show over an element, by the element's gid.
    """
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(out.getvalue())  # noqa: S314 - written by matplotlib just now
    for element in list(root.iter()):
        _clean(element)
    _drop_unused_ids(root, keep=tooltips or {})
    for child in [c for c in root if c.tag == "metadata" or (c.tag == "defs" and not _ids(c))]:
        root.remove(child)
    for element in root.iter("g"):
        if tooltips and element.get("id") in tooltips:
            title = ElementTree.Element("title")
            title.text = tooltips[element.attrib.pop("id")]
            element.insert(0, title)
            _name_links(root, element, title.text)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    # A figure with links is not marked as an image: a screen reader would skip the links.
    role = "group" if any(element.tag == "a" for element in root.iter()) else "img"
    root.attrib.update({"class": "figure", "role": role, "aria-label": description})
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: Element) -> None:
    """Strip namespaces, and turn the ``style`` attribute into classes and attributes."""
    element.tag = element.tag.rpartition("}")[2]
    for name in [n for n in element.attrib if n.startswith("{")]:
        element.attrib[name.rpartition("}")[2]] = element.attrib.pop(name)
    element.attrib.pop("target", None)  # a link to a task stays in the page
    classes = []
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if value in _CLASS and name in ("fill", "stroke"):
            classes.append(f"{name}-{_CLASS[value]}")
        elif name and name not in _DROPPED:
            element.set(name, value.removesuffix("px"))
    if element.tag == "text" and not any(c.startswith("fill-") for c in classes):
        classes.append("fill-ink")
    if classes:
        element.set("class", " ".join(classes))
    if element.text and not element.text.strip():
        element.text = None
    if element.tail and not element.tail.strip():
        element.tail = None


def _name_links(root: Element, element: Element, name: str) -> None:
    """Name the link in or around ``element``.

    The Tab key skips the link. The list links to the same tasks, and a reader would otherwise have
    to tab through hundreds of bars to reach it.
    """
    around = [link for link in root.iter("a") if element in list(link)]
    for link in [*around, *element.iter("a")]:
        link.attrib.update({"aria-label": name, "tabindex": "-1"})


def _ids(element: Element) -> list[str]:
    """List the ids of ``element`` and of the elements inside it."""
    return [e.attrib["id"] for e in element.iter() if "id" in e.attrib]


def _drop_unused_ids(root: Element, keep: dict[str, str]) -> None:
    """Remove ids that nothing refers to: they would clash with those of other figures."""
    text = " ".join(value for e in root.iter() for name, value in e.attrib.items() if name != "id")
    for element in root.iter():
        name = element.get("id", "")
        if name and name not in keep and f"#{name}" not in text:
            del element.attrib["id"]
