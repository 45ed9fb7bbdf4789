"""Other ways to read an answer: as a quote, a page, numbered lines, JSON, or code within lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from evalpkg.extraction.pages import is_escaped, unescaped, without_pairs, without_tags
from evalpkg.extraction.pieces import ITEM
from evalpkg.extraction.thoughts import names_thoughts, without_thoughts
from evalpkg.extraction.trace import Trace
from evalpkg.patterns import lazy_pattern

_LANGUAGE = lazy_pattern(
    r"\A\s*(?:rust|rs)(?:\s*copy)?(?:\s*code)?(?:\s*edit)?[ \t]*\n", re.IGNORECASE
)
"""The head of a block, as it is left where only the fences were cut away."""

_SIDE = lazy_pattern(r"(?P<sign>[<|=>])(?P=sign){6}(?!(?P=sign))")
_QUOTE = lazy_pattern(r"^[ \t]*(?:>[ ]?)+", re.MULTILINE)
_GUTTER = lazy_pattern(
    r"^[ \t]*[L\[(]?\d{1,4}(?:[ \t]*[|:.)\]\u2502\u2192][ ]?|\t)(?=[ ]|\S|$)", re.MULTILINE
)
_NUMBERS = tuple(
    lazy_pattern(rf"^[ \t]*[L\[(]?(?P<number>[0-9]{{1,4}})(?:(?=[ \t]*$)|{mark})", re.MULTILINE)
    for mark in (r"[ \t]*[|\u2502\u2192][ ]?", r"[ \t]*[:.)\]][ ]?", r"\t", r"[ ]{1,2}")
)
"""A line number of a listing, by what stands between it and the line."""
_ESCAPED = lazy_pattern(r"\\([!#$%&()*+,\-./:;<=>?@\[\]^_`{|}~])")
_PROMPTS = lazy_pattern(r"^[ \t]*>>+(?:[ ]|$)", re.MULTILINE)
_GOING_ON = lazy_pattern(r"^[ \t]*\.{2,3}(?:[ ]|$)", re.MULTILINE)
"""Matches the mark of an interactive session before a line, or before one that continues it."""
_LEAD = lazy_pattern(
    rf"""(?P<lead>[^\n;{{}}=]{{0,120}}?[\s:>`'"*(\]]|[^\w\n]{{1,8}}|[^\n]{{0,40}}\\\w{{1,12}}\{{"""
    r"""|(?:[ \t]*+<[/!A-Za-z][^<>\n]{0,200}>){1,8}[ \t]*"""
    r"""|[ \t]*+\{?[ \t]*+"\w{1,40}"[ \t]*:[ \t]*["'`])"""
    rf"(?={ITEM.pattern}|\#\[)"
)
_FIRST_ITEM = lazy_pattern(
    r"^(?![ \t]*[/*#])(?P<lead>(?:[ \t]*<[/!A-Za-z][^<>\n]{0,200}>){1,8}[ \t]*"
    rf"""|[^\n;{{}}=()"]{{1,120}}:[ \t]+)(?={ITEM.pattern}|\#\[)""",
    re.MULTILINE,
)
"""Tags, or words with a colon, before an item on the same line."""

_LINE_END = lazy_pattern(r"\\([ntr\"'\\])")
_LINE_ENDS = {"n": "\n", "t": "\t", "r": ""}
_ESCAPES = lazy_pattern(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_FIELD = lazy_pattern(r"""["'](?P<name>[^"'\n]{1,60})["'][ \t]*:[ \t]*$""")
_MOST_STRINGS = 16
_LONGEST_FIELD = 80
_OTHERS = ("user", "human", "system", "developer", "tool", "function")
_OLD = lazy_pattern(
    r"original|old|before|buggy|broken|wrong|incorrect|input|prompt|question|stub|skeleton",
    re.IGNORECASE,
)
"""Matches the name of a field that holds what was asked about, not the answer."""
_MOST_ESCAPED = 3
_COLOUR = lazy_pattern(r"\x1b\[[0-9;]*[mK]")
_CODE_POINT = lazy_pattern(r"\\u([0-9a-fA-F]{4})()")
_BLANKS = {
    **dict.fromkeys("\u010a\u2028\u2029\x85", "\n"),
    **dict.fromkeys("\xad\u180e\u200b\u200c\u200d\u2060\ufeff", ""),
}
_ODD = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2581\u0120" + "".join(_BLANKS)
_ODD_BLANK = lazy_pattern(f"[{_ODD}]")
_STRING_OR_BLANK = lazy_pattern(rf'"(?:[^"\\\n]|\\.)*+"|(?P<blank>[{_ODD}])')
_JSON_BLOCK = lazy_pattern(r"^```json[5c]?[ \t]*\n(?P<value>.*?)\n```", re.DOTALL | re.MULTILINE)
_TAG_BEFORE = lazy_pattern(r"<(?P<name>\w+)>")
_CODE = lazy_pattern(r"[;}]\s*$", re.MULTILINE)
"""Matches a line's end in code, but not in prose."""
_HUNK = lazy_pattern(r"^(?:@@ -\d|\+\+\+ [^\s]|--- a/)", re.MULTILINE)
_GONE = lazy_pattern(r"-|@@|\+\+\+ |diff --git |index [0-9a-f]+\.\.")
_TAKEN = lazy_pattern(r"^-[ \t]{2,}\S", re.MULTILINE)
_PUT = lazy_pattern(r"^\+[ \t]{2,}\S", re.MULTILINE)
_MOST_LINES = 4_096


def first_reading(text: str, name: str, trace: Trace) -> str:
    """Return ``text``, or what it stands for where its form leaves no doubt.

    The forms: JSON that holds a definition of ``name``, a diff, code that is escaped for HTML.
    """
    if text.lstrip()[:1] in ("{", "[", '"'):
        value = _from_json(text, name)
        if value != text and re.search(rf"\bfn\s+(?:r#)?{re.escape(name)}\b", value):
            trace.add("read anew", "a value of JSON")
            return without_thoughts(value)
    if "```" not in text and looks_like_diff(text):
        trace.add("read anew", "as the new side of a diff")
        text = new_side(text)
    for _ in range(_MOST_ESCAPED):
        # A text that was escaped twice has `&lt;` after the first time.
        if "&" not in text or not is_escaped(text):
            break
        trace.add("read anew", "HTML escapes outside of literals")
        text = unescaped(text)
    return text if "```" in text else _with_first_item(text, name)


def _with_first_item(text: str, name: str) -> str:
    """Return ``text`` with a new line before a first item that words or tags precede.

    This is for items beside ``name``; where its own definition begins in mid-line, another reading
    breaks all lines.
    """
    definition = re.search(rf"^[ \t]*(?:pub\s+)?fn\s+{re.escape(name)}\b", text, re.MULTILINE)
    first = _FIRST_ITEM.search(text)
    if definition is None or first is None or first.end() > definition.start():
        return text
    if "fn " in text[: first.end()]:
        return text  # it may stand in a literal
    return f"{text[: first.end()]}\n{text[first.end() :]}"


def other_readings(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield further readings of an answer in which no sound definition of ``name`` was found.

    Each reading is made from the one before it.

    Yields:
        the name of the change, and the changed text.
    """
    current = text
    for how, change in (
        ("without colours of a terminal", partial(_COLOUR.sub, "")),
        ("with plain blanks", _with_plain_blanks),
        ("a value of JSON", partial(_from_json, name=name)),
        ("a string within its line", partial(_from_string, name=name)),
        ("without quotation marks of Markdown", _without_quotes),
        ("with its escaped line ends", _with_line_ends),
        ("with its escaped characters", partial(_CODE_POINT.sub, _meant)),
        ("without the name of the language", partial(_LANGUAGE.sub, "")),
        ("without tags of a page", without_tags),
        ("without tags in pairs", without_pairs),
        ("as the new side of a conflict", _without_old_sides),
        ("without line numbers", _without_gutter),
        ("without escapes of Markdown", _without_escapes),
        ("as the new side of a diff", new_side),
        ("code that begins in mid-line", _from_mid_line),
    ):
        changed = change(current)
        if changed != current:
            current = without_thoughts(changed)
            yield how, current


def _from_json(text: str, name: str) -> str:
    """Return the string in a JSON value that defines ``name``, or else the one that may hold it.

    The string may stand at any depth, beside others that only speak of the function.
    """
    block = _JSON_BLOCK.search(text)
    stripped = _without_tag_around(text.strip()) if block is None else block["value"].strip()
    if not stripped.startswith(("{", "[", '"')) or not stripped.endswith(("}", "]", '"')):
        return text
    try:
        value = json.loads(stripped, strict=False)  # line ends may stand as they are
    except (ValueError, RecursionError):
        return text
    defines = re.compile(rf"\bfn\s+(?:r#)?{re.escape(name)}\s*[(<]")
    texts = [said for said in _strings(value) if said]
    chosen = next((said for said in texts if defines.search(said)), None)
    if chosen is None:
        chosen = next((said for said in texts if "fn " in said or said == value), None)
    if chosen is None and _has_fields(value):
        # No Rust has this form. The rest of the function is left, or there is nothing but thoughts.
        chosen = max((said for said in texts if _CODE.search(said)), key=len, default="")
    return text if chosen is None else chosen.encode("utf-8", "replace").decode("utf-8")


def _has_fields(value: object) -> bool:
    """Tell whether a value of JSON is an object with fields, or a list with one."""
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, dict) and one for one in values)


def _without_tag_around(text: str) -> str:
    tag = _TAG_BEFORE.match(text)
    if tag is None or not text.endswith(f"</{tag['name']}>"):
        return text
    return text[tag.end() : -len(tag["name"]) - 3].strip()


def _strings(value: object) -> Iterator[str]:
    """Yield the strings in a value of JSON, in their order; neither names of fields nor thoughts.

    A list of strings is lines of one text, too.
    """
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, dict):
            stack += reversed(_fields(current))
        elif isinstance(current, list):
            lines = [line for line in current if isinstance(line, str)]
            if len(lines) > 1 and len(lines) == len(current):
                yield "\n".join(lines)
            stack += reversed(current)


def _fields(value: dict[str, object]) -> list[object]:
    """Return an object's values: none of another speaker or of thoughts, and old code last."""
    kind = value.get("type")
    if value.get("role") in _OTHERS or (isinstance(kind, str) and names_thoughts(kind)):
        return []
    if value.get("thought") is True:  # a part of an answer of Gemini
        return []
    said = [(name, field) for name, field in value.items() if not names_thoughts(name)]
    return [field for _, field in sorted(said, key=lambda one: _OLD.match(one[0]) is not None)]


def _from_string(text: str, name: str) -> str:
    """Return the string with escaped line ends that defines ``name``.

    What is around it need not be JSON: a call of a tool, prose, JSON that was cut.
    """
    if "\\n" not in text:
        return text
    thoughts = False
    found = re.finditer(rf"\bfn\s+(?:r#)?{re.escape(name)}\s*[(<]", text)
    for _, match in zip(range(_MOST_STRINGS), found, strict=False):
        line = text.rfind("\n", 0, match.start()) + 1
        for quote in ('"', "'"):
            start = _opening_quote(text, line, match.start(), quote)
            if start < 0:
                continue
            field = _FIELD.search(text, max(line, start - _LONGEST_FIELD), start)
            if field is not None and names_thoughts(field["name"]):
                thoughts = True
                break
            string = re.compile(rf"(?:[^{quote}\\]|\\.)*+", re.DOTALL).match(text, start + 1)
            said = "" if string is None else string[0]
            if said.count("\\n") > said.count("\n"):
                return _ESCAPES.sub(_meant, said).encode("utf-8", "replace").decode("utf-8")
    return "" if thoughts else text


def _opening_quote(text: str, line: int, end: int, quote: str) -> int:
    """Return the offset of the last quotation mark before ``end`` that is not escaped, or -1."""
    place = text.rfind(quote, line, end)
    while place > line and text[place - 1] == "\\":
        place = text.rfind(quote, line, place)
    return place


def _meant(escape: re.Match[str]) -> str:
    if escape[1] is not None:
        return chr(int(escape[1], 16))
    return _LINE_ENDS.get(escape[2], escape[2])


def _with_plain_blanks(text: str) -> str:
    """Return the text with blanks and line ends of a page, or of a tokenizer, as code has them.

    Those in strings stay.
    """
    if _ODD_BLANK.search(text) is None:
        return text
    return _STRING_OR_BLANK.sub(
        lambda match: _BLANKS.get(match[0], " ") if match["blank"] else match[0], text
    )


def _with_line_ends(text: str) -> str:
    """Return the text of a literal, if an answer has its line ends escaped."""
    if text.count("\\n") < 2 or text.strip().count("\n") > text.count("\\n"):
        return text
    return _LINE_END.sub(lambda match: _LINE_ENDS.get(match[1], match[1]), text)


def _without_quotes(text: str) -> str:
    if _PROMPTS.search(text):
        text = _GOING_ON.sub("", text)
    return _QUOTE.sub("", text) if re.search(r"^[ \t]*>", text, re.MULTILINE) else text


def _without_old_sides(text: str) -> str:
    """Return the text with the new side of each conflict, or of each SEARCH and REPLACE."""
    if "<<<<<<<" not in text or "=======" not in text:
        return text
    kept: list[str] = []
    old = False
    for line in text.split("\n"):
        side = _SIDE.match(line)
        if side is None:
            if not old:
                kept.append(line)
        else:
            old = side["sign"] in "<|"
    return "\n".join(kept)


def _without_escapes(text: str) -> str:
    """Return the text without backslashes before signs that Markdown would read as emphasis."""
    return _ESCAPED.sub(r"\1", text)


def _without_gutter(text: str) -> str:
    lines = text.split("\n")
    counts = [_without_a_gap(number, lines) for number in _NUMBERS]
    if any(counts):
        return _NUMBERS[counts.index(max(counts))].sub("", text)
    numbered = sum(_GUTTER.match(line) is not None for line in lines)
    if numbered < 2 or numbered * 2 < sum(1 for line in lines if line.strip()) - 4:
        return text
    return _GUTTER.sub("", text)


def _without_a_gap(number: re.Pattern[str], lines: list[str]) -> int:
    """Count the lines with such a number, if they follow each other and so do their numbers.

    Blank lines between them may have none.
    """
    found = [(n, number.match(line)) for n, line in enumerate(lines)]
    numbers = [(n, int(match["number"])) for n, match in found if match is not None]
    follow = all(
        later - told in (1, m - n) and not any(line.strip() for line in lines[n + 1 : m])
        for (n, told), (m, later) in pairwise(numbers)
    )
    return len(numbers) if follow and len(numbers) > 1 else 0


def looks_like_diff(text: str) -> bool:
    """Tell whether lines are taken out and put in; formatted code begins none with a sign."""
    if "\n-" not in text or "\n+" not in text:
        return False
    if _HUNK.search(text):
        return True
    drawing = 'r"' in text or 'r#"' in text
    return not drawing and _TAKEN.search(text) is not None and _PUT.search(text) is not None


def new_side(text: str) -> str:
    """Return the new side of a diff; any other text stays as it is."""
    if not re.search(r"^\+(?!\+)", text, re.MULTILINE):
        return text
    lines = [line for line in text.split("\n") if not _GONE.match(line)]
    return "\n".join(line[1:] if line[:1] in ("+", " ") else line for line in lines)


def _from_mid_line(text: str) -> str:
    """Break each line in which code follows words, tags or marks."""
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return text
    return "\n".join(_broken(line) for line in lines)


def _broken(line: str) -> str:
    stripped = line.lstrip()
    if stripped.startswith("//") or ITEM.match(stripped):
        return line
    match = _LEAD.match(line)
    if match is None:
        return line
    return f"{match['lead']}\n{line[match.end() :]}"
