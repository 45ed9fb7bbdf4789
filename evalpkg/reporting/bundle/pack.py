"""Pack rows into compressed chunks: a small index for the filters, and one chunk per task.

A browser unpacks the index once, and a task's chunk when the reader opens the task. So 65,600 rows
cost nothing until a task is opened. A text that occurs twice in a task is stored once.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalpkg.models import Mode, Role, Row, Task
from evalpkg.reporting.run_files import RunFiles
from evalpkg.store import PromptKey

MAX_TEXT = 20_000
"""Longer completions and programs are cut in the report; the rows on disk hold all of them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Gzipped JSON as base64. None of its characters can open or close an HTML element.

    Attributes:
        name: id of the HTML element that holds the chunk.
    """

    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """All samples of a run."""

    index: Chunk
    tasks: tuple[Chunk, ...]


class Strings:
    """Numbered texts, each stored once."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The number of ``text``."""
        return self._number.setdefault(text, len(self._number))

    def all(self) -> list[str]:
        """Every text, by number."""
        return list(self._number)


def pack_run(run: RunFiles, error_titles: dict[str, str]) -> Bundle:
    """Pack the samples of ``run``.

    Args:
        run: the run.
        error_titles: short title by rustc error code, for the codes that have one.
    """
    by_task = {role: _by_task(run.tasks, rows) for role, rows in run.rows.items()}
    index = _index(run, by_task, error_titles)
    chunks = (
        _chunk(f"task-{number}", _task(task, _rows_of(run, by_task, number), run.prompts))
        for number, task in enumerate(run.tasks)
    )
    return Bundle(_chunk("index", index), tuple(chunks))


def _chunk(name: str, value: Any) -> Chunk:
    """Pack ``value``. Equal values give equal bytes: the gzip header holds no time stamp."""
    raw = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return Chunk(name, base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode("ascii"))


def _by_task(tasks: Sequence[Task], rows: Sequence[Row]) -> list[list[int]]:
    """List the positions of each task's rows."""
    number = {task.task_id: i for i, task in enumerate(tasks)}
    positions: list[list[int]] = [[] for _ in tasks]
    for position, row in enumerate(rows):
        positions[number[row.task_id]].append(position)
    return [sorted(own, key=lambda p: rows[p].index) for own in positions]


def _index(
    run: RunFiles, by_task: dict[Role, list[list[int]]], error_titles: dict[str, str]
) -> dict[str, Any]:
    """Build the columns for the filters: one entry per row, ordered by task and index."""
    codes, violations, rules = Strings(), Strings(), Strings()
    codes.add("")
    rules.add(json.dumps([]))
    samples: dict[str, dict[str, Any]] = {}
    for role, rows in run.rows.items():
        order = [position for own in by_task[role] for position in own]
        ordered = [rows[position] for position in order]
        samples[role.value] = {
            "count": [len(own) for own in by_task[role]],
            "verdict": [row.verdict.value for row in ordered],
            "code": [codes.add(row.error_code or "") for row in ordered],
            "rules": [
                rules.add(json.dumps([violations.add(v) for v in row.policy_violations]))
                for row in ordered
            ],
            "passed": _flags(run.passed, role, order),
        }
    verdicts = sorted({v for role in samples.values() for v in role["verdict"]})
    number = {verdict: i for i, verdict in enumerate(verdicts)}
    for role_samples in samples.values():
        role_samples["verdict"] = [number[v] for v in role_samples["verdict"]]
    return {
        "modes": [mode.value for mode in run.modes],
        "verdicts": verdicts,
        "codes": codes.all(),
        "titles": {code: error_titles[code] for code in codes.all() if code in error_titles},
        "violations": violations.all(),
        "rules": [json.loads(r) for r in rules.all()],
        "tasks": [
            {"id": t.task_id, "entry": t.entry_point, "category": t.category, "cluster": t.cluster}
            for t in run.tasks
        ],
        "samples": samples,
    }


def _flags(
    passed: dict[Mode, dict[Role, list[bool]]], role: Role, order: Iterable[int]
) -> dict[str, str]:
    """Write, per mode, ``1`` for each sample that counts as correct and ``0`` for any other."""
    order = list(order)
    return {mode.value: "".join("01"[own[role][p]] for p in order) for mode, own in passed.items()}


def _task(
    task: Task, rows: dict[Role, list[Row]], prompts: Mapping[PromptKey, str]
) -> dict[str, Any]:
    """Build one task with all texts of its samples and the prompt that each model saw."""
    seen = {role: prompts[role, task.task_id] for role in rows if (role, task.task_id) in prompts}
    strings = Strings()
    strings.add("")
    return {
        "prompt": task.prompt,
        "test": task.test,
        "canonical": task.canonical_solution,
        "erratum": task.erratum,
        "seen": {role.value: strings.add(_cut(text)) for role, text in seen.items()},
        "samples": {
            role.value: [
                [
                    row.index,
                    strings.add(_cut(row.completion)),
                    -1 if row.source is None else strings.add(_cut(row.source)),
                    strings.add(_cut(row.detail)),
                    strings.add(row.extraction_rule),
                    strings.add(row.finish_reason),
                    row.completion_tokens,
                    int(row.main_free),
                ]
                for row in own
            ]
            for role, own in rows.items()
        },
        "strings": strings.all(),
    }


def _cut(text: str) -> str:
    """Shorten ``text`` if it is longer than anyone reads."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}\n… cut here; {len(text):,} characters in the rows file"


def _rows_of(
    run: RunFiles, by_task: dict[Role, list[list[int]]], number: int
) -> dict[Role, list[Row]]:
    """The rows of task ``number``, per model."""
    return {role: [run.rows[role][p] for p in own[number]] for role, own in by_task.items()}
