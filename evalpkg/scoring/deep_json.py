"""Read JSON of any depth without recursion.

rustc's diagnostics nest one object per macro expansion, and a program chooses how many there are.
The standard library's reader calls itself once per level and fails, or worse, on too many levels.
"""

from __future__ import annotations

import json
from typing import Any

_SPACE = " \t\r\n"
_MISSING = object()
_SCALAR = json.JSONDecoder()


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: if the text is not valid JSON.
    """
    try:
        return json.loads(text)
    except RecursionError:
        return _Reader(text).read()


class _Reader:
    """A reader: the text, the position in it, and the lists and objects that are still open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[tuple[dict[str, Any] | list[Any], str]] = []

    def read(self) -> Any:
        """Read one value that fills the text."""
        value: Any = _MISSING
        while value is _MISSING or self._open:
            value = self._begin() if value is _MISSING else self._put(value)
        if self._peek():
            raise self._error("extra data")
        return value

    def _begin(self) -> Any:
        """Read a whole value; return ``_MISSING`` if a list or object with members was opened."""
        mark = self._peek()
        if mark in ("{", "["):
            self._at += 1
            fresh: dict[str, Any] | list[Any] = {} if mark == "{" else []
            if self._peek() == ("}" if mark == "{" else "]"):
                self._at += 1
                return fresh
            self._open.append((fresh, self._key() if mark == "{" else ""))
            return _MISSING
        return self._scalar()

    def _put(self, value: Any) -> Any:
        """Put a value into the innermost open container; return that if it is now complete."""
        holder, key = self._open.pop()
        if isinstance(holder, dict):
            holder[key] = value
        else:
            holder.append(value)
        mark = self._peek()
        self._at += 1
        if mark == ",":
            self._open.append((holder, self._key() if isinstance(holder, dict) else ""))
            return _MISSING
        if mark == ("}" if isinstance(holder, dict) else "]"):
            return holder
        raise self._error("expected a comma or an end")

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._error("expected a key")
        key = str(self._scalar())
        if self._peek() != ":":
            raise self._error("expected a colon")
        self._at += 1
        return key

    def _scalar(self) -> Any:
        """Read a text, a number, true, false or null; the decoder needs no recursion for those."""
        value, self._at = _SCALAR.raw_decode(self._text, self._at)
        return value

    def _peek(self) -> str:
        """Return the next character that is no white space; empty at the end."""
        text, at = self._text, self._at
        while at < len(text) and text[at] in _SPACE:
            at += 1
        self._at = at
        return text[at : at + 1]

    def _error(self, what: str) -> ValueError:
        return json.JSONDecodeError(what, self._text, self._at)
