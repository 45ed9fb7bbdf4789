"""Small runs, written as counts of passes, for the tests of the statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalpkg.models import Mode, Role, Row, Task, VerdictKind
from evalpkg.statistics import Metrics, StatisticsSettings, compute_metrics

FAST = StatisticsSettings(resamples=1000, permutations=1000)


def make_tasks(clusters: Sequence[str], **fields: Any) -> list[Task]:
    """One task per entry; tasks with the same entry share a problem."""
    return [
        Task(task_id=f"t{i:03d}", prompt="", entry_point="f", test="", cluster=c, **fields)
        for i, c in enumerate(clusters)
    ]


def single_tasks(count: int) -> list[Task]:
    return make_tasks([f"c{i:03d}" for i in range(count)])


def make_row(task_id: str, index: int, kind: VerdictKind, **fields: Any) -> Row:
    values: dict[str, Any] = {
        "completion": "",
        "passed": kind is VerdictKind.PASSED,
        "compile_ok": kind not in (VerdictKind.COMPILE_ERROR, VerdictKind.NO_CODE),
        "main_free": True,
        "error_code": "E0308" if kind is VerdictKind.COMPILE_ERROR else None,
        "detail": "",
        "source": "",
        "extraction_rule": "",
    }
    return Row(task_id=task_id, index=index, verdict=kind, **(values | fields))


def make_rows(
    tasks: Sequence[Task],
    samples: int,
    passes: Sequence[int],
    failure: VerdictKind = VerdictKind.TEST_FAILED,
    infra: Mapping[str, int] | None = None,
) -> list[Row]:
    """``passes[i]`` samples of task i pass; the last ``infra[task_id]`` have no verdict."""
    rows = []
    for task, passed in zip(tasks, passes, strict=True):
        lost = (infra or {}).get(task.task_id, 0)
        for index in range(samples):
            kind = VerdictKind.PASSED if index < passed else failure
            if index >= samples - lost:
                kind = VerdictKind.INFRA_ERROR
            rows.append(make_row(task.task_id, index, kind))
    return rows


def metrics_of(
    tasks: Sequence[Task],
    samples: int,
    base: Sequence[int] | None,
    finetuned: Sequence[int] | None,
    k_values: Sequence[int] = (1,),
    settings: StatisticsSettings = FAST,
    mode: Mode = Mode.NO_POLICY,
) -> Metrics:
    """Metrics of a run given as passes per task; None for a skipped model."""
    passes = {Role.BASE: base, Role.FINETUNED: finetuned}
    rows = {r: make_rows(tasks, samples, p) for r, p in passes.items() if p is not None}
    return compute_metrics(tasks, rows, mode, dict.fromkeys(rows, samples), k_values, settings)
