"""Read rustc's diagnostics: find the module of each error, and put the error in a few lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evalpkg.scoring.deep_json import loads
from evalpkg.scoring.unit import Unit

ROOT_FILE = "lib.rs"
"""The crate's root file, where we write it: one line for each module."""

EXHAUSTED = "tried to allocate more memory than available to compiler"
"""An error whose cause may be another module of the crate: its constants took the memory."""

_PATH = re.compile(r"(?:\b[A-Za-z_]\w*::)+(?=[A-Za-z_<{])")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The first error that rustc reported in a module.

    Attributes:
        code: as ``E0308``.
        text: the error in a few lines, the same in any company.
        message: its first sentence as rustc wrote it, paths and all.
    """

    code: str | None
    text: str
    message: str = ""


def errors(text: str) -> Iterator[dict[str, Any]]:
    """Yield each error among the lines that rustc wrote; skip lines that were cut off."""
    # splitlines would also split at U+2028 and the like, which rustc does not escape in strings.
    for line in text.split("\n"):
        if not line.startswith("{"):
            continue
        try:
            message = loads(line)
        except ValueError:
            continue  # cut off by the size limit
        level = str(message.get("level", ""))
        if level == "error" or level.startswith("error:"):
            yield message


def blame(found: Sequence[dict[str, Any]], units: Sequence[Unit]) -> dict[str, Diagnostic]:
    """Return the first error of each module that has one, by the module's name."""
    blamed: dict[str, Diagnostic] = {}
    for name, message, span in _placed(found, units):
        if message.get("message") != EXHAUSTED:
            code = str((message.get("code") or {}).get("code", ""))
            known = code if code.startswith("E0") else None  # a lint's name is not a code
            said = str(message.get("message", ""))
            blamed.setdefault(name, Diagnostic(known, _readable(message, span), said))
    return blamed


def exhausting(found: Sequence[dict[str, Any]], units: Sequence[Unit]) -> frozenset[str]:
    """Return the names of the modules in which rustc ran out of memory for constants."""
    placed = _placed(found, units)
    return frozenset(name for name, said, _ in placed if said.get("message") == EXHAUSTED)


def _placed(
    found: Sequence[dict[str, Any]], units: Sequence[Unit]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the module, the error and its span, for each error with a primary span in a module."""
    names: dict[str, str] = {f"{unit.name}.rs": unit.name for unit in units}
    for message in found:
        for span in message.get("spans", ()):
            name = _module(span, names, units)
            if span.get("is_primary") and name is not None:
                yield name, message, span
                break


def _module(span: dict[str, Any], names: dict[str, str], units: Sequence[Unit]) -> str | None:
    """Return the module in which a span lies, or the macro call that expanded to it; else None."""
    here: dict[str, Any] | None = span
    while here is not None:
        if here["file_name"] in names:
            return names[str(here["file_name"])]
        if here["file_name"] == ROOT_FILE and 0 < here["line_start"] <= len(units):
            return units[int(here["line_start"]) - 1].name
        here = (here.get("expansion") or {}).get("span")
    return None


def _readable(message: dict[str, Any], span: dict[str, Any]) -> str:
    """Write the error in a few lines, which do not depend on the crate's other modules.

    Notes and suggestions are left out, since rustc names other items of the crate in them. Paths
    are cut to their last segment, since rustc writes more of a path where another module uses the
    same name.
    """
    code = (message.get("code") or {}).get("code")
    lines = [f"error[{code}]: " if code else "error: "]
    lines[0] += _PATH.sub("", str(message.get("message", "")))
    where = span
    while where["file_name"].startswith("/") and where.get("expansion"):
        where = where["expansion"]["span"]
    lines.append(f" --> solution.rs:{where['line_start']}:{where['column_start']}")
    lines += [f"  | {text['text'].strip()}" for text in where.get("text", ())[:2]]
    if label := span.get("label"):
        lines.append(f"  = {_PATH.sub('', label)}")
    return "\n".join(lines)[:4000]
