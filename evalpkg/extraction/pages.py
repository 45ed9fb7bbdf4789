"""Tags and escapes of a page, and tags of any name that a template puts around code."""

from __future__ import annotations

import html
import re

from evalpkg.patterns import lazy_pattern

_ENTITY = lazy_pattern(
    r"&(?P<name>lt|gt|amp|quot|apos|nbsp|#(?:34|38|39|60|62|160)|#x(?:22|26|27|3c|3e|a0));",
    re.IGNORECASE,
)
_SPACE = lazy_pattern(r"&(?:nbsp|#160|#xa0);", re.IGNORECASE)
_TAG = lazy_pattern(
    r"</?(?:pre|code|answer|rust|solution|p|br|div|span|html|body|output|result|file|response"
    r"|final_answer|final|xml|content)\b[^<>\n]*>|<!\[CDATA\[|\]\]>",
    re.IGNORECASE,
)
_OPENING = lazy_pattern(r"^[ \t]*<(?P<name>[A-Za-z][\w:-]*)(?:[=\s][^<>\n]*)?>", re.MULTILINE)
_CLOSING = lazy_pattern(r"</(?P<name>[A-Za-z][\w:-]*)>[ \t]*$", re.MULTILINE)
_PATH = lazy_pattern(r"^[ \t]*<(?P<name>\w{1,40})>[^<>\s]*</(?P=name)>[ \t]*$", re.MULTILINE)
"""Tags of any name that begin or end a line, and a line with one word between tags."""


def unescaped(text: str) -> str:
    """Return ``text`` without escapes of HTML; its spaces are those of code."""
    return html.unescape(_SPACE.sub(" ", text))


def is_escaped(text: str) -> bool:
    """Tell whether a text has HTML escapes that are in no literal and are not Rust."""
    for match in _ENTITY.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.replace('\\"', "").count('"') % 2 or "//" in line:
            continue
        name = match["name"]
        if not re.search(rf"(?<![&\w#;]){re.escape(name)}\b", text):
            return True
    return False


def without_tags(text: str) -> str:
    """Return the text without tags of a page, and without its escapes if there were any tags."""
    changed = _TAG.sub("\n", text)
    return unescaped(changed) if _ENTITY.search(changed) and changed != text else changed


def without_pairs(text: str) -> str:
    """Return the text without tags of any name that begin a line and are closed at a line's end."""
    if "</" not in text:
        return text
    text = _PATH.sub("", text)
    names = {match["name"] for match in _OPENING.finditer(text)}
    names &= {match["name"] for match in _CLOSING.finditer(text)}

    def gone(tag: re.Match[str]) -> str:
        return "\n" if tag["name"] in names else tag[0]

    return _CLOSING.sub(gone, _OPENING.sub(gone, text)) if names else text
