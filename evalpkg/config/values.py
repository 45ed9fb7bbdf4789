"""Types of settings, which check and convert values from a file, a variable or an option."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from evalpkg.scoring import MAX_SECONDS


@dataclass(frozen=True, slots=True)
class OneOf:
    """A mark on a text that must be one of ``names``; they are looked up at each validation."""

    names: Collection[str]

    def __get_pydantic_core_schema__(
        self, source: type[str], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Add the check of the names after pydantic's own check."""
        return core_schema.no_info_after_validator_function(self._judge, handler(source))

    def _judge(self, text: str) -> str:
        if text not in self.names:
            raise PydanticCustomError("literal_error", "unknown value")
        return text


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _split_list(value: object) -> object:
    """Turn ``"1,10,100"`` or ``5`` into a list; return anything else unchanged."""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return [name for part in value for name in _split(part)]
    if isinstance(value, str):
        return _split(value)
    return [value] if isinstance(value, int) else value


def _one_or_more(value: object) -> object:
    """Wrap a single value in a tuple."""
    return (value,) if isinstance(value, str | Path) else value


def _ks(value: object) -> object:
    """Check values of k: whole numbers of at least 1. Return them sorted and without repeats."""
    parts = _split_list(value)
    if not isinstance(parts, list | tuple) or not parts:
        raise ValueError("expected numbers separated by commas, such as 1,10,100")
    numbers = []
    for part in parts:
        if not re.fullmatch(r"[+-]?\d+", str(part)):
            raise ValueError(f"'{part}' is not a whole number")
        if int(part) < 1:
            raise ValueError(f"k must be at least 1, and {part} is not: pass@k draws k samples")
        numbers.append(int(part))
    return sorted(set(numbers))


_ESCAPE = re.compile(r"\\(n|t|\\|x[0-9a-fA-F]{2})")


def _stops(value: object) -> object:
    """Split stop strings at commas and replace their escapes; return a list unchanged."""
    if not isinstance(value, str):
        return value
    plain = {"n": "\n", "t": "\t", "\\": "\\"}
    return [
        _ESCAPE.sub(lambda found: plain.get(found[1]) or chr(int(found[1][1:], 16)), part)
        for part in value.split(",")
        if part
    ]


def json_text(value: object) -> object:
    """Check a JSON object given as text, or convert a mapping from YAML to text."""
    if isinstance(value, str):
        if value and not isinstance(json.loads(value), dict):
            raise ValueError("not a JSON object")
        return value
    return json.dumps(value)


def shard(value: object) -> object:
    """Check that a shard has the form ``i/n`` with ``0 <= i < n``; None is allowed."""
    match = re.fullmatch(r"(\d+)/(\d+)", str(value)) if value is not None else None
    if value is not None and (match is None or int(match[1]) >= int(match[2])):
        raise ValueError("expected i/n with 0 <= i < n, such as 0/4 for the first of four hosts")
    return value


def _lowered(value: object) -> object:
    """Strip a text and put it in lower case."""
    return value.strip().lower() if isinstance(value, str) else value


def _place(value: object) -> object:
    """Refuse an empty path, which would mean the working directory."""
    if value == "":
        raise ValueError("empty")
    return value


JsonText = Annotated[str, BeforeValidator(json_text)]
ShardText = Annotated[str | None, BeforeValidator(shard)]
Patience = Annotated[float, Field(ge=0, le=MAX_SECONDS)]
SandboxMode = Literal["auto", "landlock", "bubblewrap", "firejail", "podman", "docker", "none"]
KValues = Annotated[tuple[int, ...], BeforeValidator(_ks)]
Stops = Annotated[tuple[str, ...], BeforeValidator(_stops)]
Digest = Annotated[str, BeforeValidator(_lowered), Field(pattern="^([0-9a-f]{64})?$")]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=MAX_SECONDS)]
Text = Annotated[str, Field(min_length=1)]
Place = Annotated[Path, BeforeValidator(_place)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
Sets = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)]
Places = Annotated[tuple[Place, ...], BeforeValidator(_one_or_more)]
