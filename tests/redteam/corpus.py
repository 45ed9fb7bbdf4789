"""The red-team corpus: completions in a model's form, and their acceptable verdicts.

A file starts with ``//! key: value`` lines; ``docs/redteam.md`` explains the keys. Marks such as
``@CANARY_FILE@`` stand for what a test run lays out as bait, ``@REPEAT:n:text@`` for a repetition
that nobody wants in a repository.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evalpkg.models import Extraction, Task, VerdictKind

HERE = Path(__file__).parent

CHARACTERS = {
    "@RLO@": "\u202e",
    "@LRI@": "\u2066",
    "@PDI@": "\u2069",
    "@NUL@": "\0",
    "@BOM@": "\ufeff",
    "@KELVIN@": "\u212a",
    "@SURROGATE@": "\ud800",
    "@LINE@": "\u2028",
    "@PARAGRAPH@": "\u2029",
    "@NEXT@": "\u0085",
}
"""Characters that editors and reviewers would stumble over."""

NO_BAIT = {
    "@CANARY_FILE@": "/nonexistent/canary/secret.txt",
    "@CANARY_DIR@": "/nonexistent/canary",
    "@CANARY_SECRET@": "no secret at all",
    "@CANARY_ENV@": "EVALPKG_NO_CANARY",
    "@CANARY_PID@": "1",
    "@CANARY_PORT@": "9",
    "@CANARY_ABSTRACT@": "evalpkg-no-canary",
    "@CANARY_SHM_KEY@": "1381192448",
    "@CANARY_SHM_NAME@": "evalpkg-no-canary",
    "@MARKER@": "evalpkg-no-marker",
}
"""Marks outside a run that lays out bait."""

_HEADER = re.compile(r"//! ([a-z]+): (.*)\n")
_REPEAT = re.compile(r"@REPEAT:(\d+):([^@]*)@")


@dataclass(frozen=True, slots=True)
class Case:
    """One program of the corpus.

    Attributes:
        text: the completion, its marks still in it.
        facts: the header.
    """

    name: str
    hostile: bool
    task: Task
    text: str
    facts: Mapping[str, str]

    @property
    def accepted(self) -> frozenset[VerdictKind]:
        """Acceptable verdicts; never ``passed`` for a hostile program."""
        if not self.hostile:
            return frozenset({VerdictKind.PASSED})
        return frozenset(VerdictKind(word) for word in self.facts["expect"].split("|"))

    @property
    def leak(self) -> str:
        """The forbidden thing: the program's answers are right only if it sees or reaches this."""
        return self.facts.get("leak", "")

    @property
    def copies(self) -> int:
        """Number of runs until the program could find something that an earlier run left."""
        return int(self.facts.get("repeat", "1"))

    def completion(self, bait: Mapping[str, str] = NO_BAIT) -> str:
        """Build the text that a model would have written."""
        text = _REPEAT.sub(lambda mark: mark[2] * int(mark[1]), self.text)
        for mark, value in {**CHARACTERS, **bait}.items():
            text = text.replace(mark, value)
        return text

    def source(self, bait: Mapping[str, str] = NO_BAIT) -> str:
        """Build the program: put a body after its prompt, and leave anything else unchanged."""
        text = self.completion(bait)
        return f"{self.task.prompt}\n{text}" if self.facts.get("form") == "body" else text

    def extraction(self, bait: Mapping[str, str] = NO_BAIT, copy: int = 0) -> Extraction:
        """The program as the scorer takes it; copies differ in a comment, so that each one runs."""
        tail = f"\n// copy {copy}\n" if copy else ""
        return Extraction(source=self.source(bait) + tail, rule="corpus")


@cache
def tasks() -> dict[str, Task]:
    """The corpus's own tasks by identifier."""
    lines = (HERE / "tasks.jsonl").read_text(encoding="utf-8").splitlines()
    loaded = [Task(**json.loads(line)) for line in lines]
    return {task.task_id: task for task in loaded}


def read_case(path: Path) -> Case:
    """One file of the corpus."""
    text, facts, position = path.read_text(encoding="utf-8"), {}, 0
    while header := _HEADER.match(text, position):
        facts[header[1]], position = header[2], header.end()
    hostile = path.parent.name == "hostile"
    return Case(path.stem, hostile, tasks()[facts["task"]], text[position:], facts)


@cache
def hostile() -> tuple[Case, ...]:
    """Programs that must never pass."""
    return tuple(read_case(path) for path in sorted((HERE / "hostile").glob("*.rs")))


@cache
def honest() -> tuple[Case, ...]:
    """Programs that must always pass."""
    return tuple(read_case(path) for path in sorted((HERE / "honest").glob("*.rs")))
