"""Part a batch whose compilation did not end, so that few programs are compiled alone.

One program that keeps the compiler busy, or ends it, keeps its whole batch from being compiled.
rustc seldom says which one it is. Programs that look like it are compiled alone, and the others
together once more. If none looks like it, the batch is cut into smaller ones. A wrong guess costs
time and changes no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

PARTS = 4
"""The number of parts of a batch in which no program looks as if it were the cause."""

LONGEST_RUN = 1000
"""Characters without an end of a statement, an argument or a block."""

DEEPEST = 40
"""The most brackets that an ordinary program opens inside of each other."""

MOST_ALIASES = 8
"""The most type aliases of an ordinary program; each may double the size of a type."""

_RUN = re.compile(rf"[^;{{}},\n]{{{LONGEST_RUN}}}")
_BRACKET = re.compile(r"[(\[{]|[)\]}]")
_ARRAY = re.compile(r";[^\];{}]{0,99}(?:<<|\*|MAX|\d[\d_]{5,})[^\];{}]{0,99}\]")
_COMPUTED = re.compile(r"\bmacro_rules\b|\bconst\s+fn\b|\b(?:const|static)\b[^;=]*=\s*\{")
_ALIAS = re.compile(r"\btype\s+\w+\s*=")


def is_a_suspect(source: str) -> bool:
    """Tell whether a program looks as if it kept the compiler busy, or ended it."""
    return (
        _RUN.search(source) is not None
        or _ARRAY.search(source) is not None
        or _COMPUTED.search(source) is not None
        or sum(1 for _ in _ALIAS.finditer(source)) > MOST_ALIASES
        or _depth(source) > DEEPEST
    )


def parted(programs: Sequence[T], suspect: Callable[[T], bool]) -> list[list[T]]:
    """Return the groups in which the programs of a batch are to be compiled next.

    Each group is smaller than the batch.

    Args:
        programs: the programs of a batch, at least two.
        suspect: tells whether a program may be the reason that the batch was not compiled.
    """
    alone = [one for one in programs if suspect(one)]
    rest = [one for one in programs if not suspect(one)]
    size = len(rest) if alone else -(-len(rest) // PARTS)
    groups = [rest[start : start + size] for start in range(0, len(rest), max(1, size))]
    return [*([one] for one in alone), *groups]


def _depth(source: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.finditer(source):
        depth += 1 if bracket[0] in "([{" else -1
        deepest = max(deepest, depth)
    return deepest
