"""Count rows per task, and check them against the number of samples asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalpkg.errors import DataError
from evalpkg.models import UNJUDGED, Mode, Role, Row, VerdictKind
from evalpkg.statistics.design import Design, Ints
from evalpkg.store import counts_as_passed

CURE = "Score the run again, or see `evalpkg verify`."


@dataclass(frozen=True, slots=True)
class Counts:
    """One model's counts for each task, in the design's order.

    Attributes:
        role: the model.
        asked: the most samples that were asked for of a task.
        wanted: samples of each task that were asked for, shape ``(T,)``; all equal ``asked`` unless
            the samples come from files that hold fewer of some tasks.
        judged: samples with a verdict on the completion (not in ``UNJUDGED``), shape ``(T,)``.
        present: rows of any kind, shape ``(T,)``.
        passed, compiled, main_free: judged samples with that property, shape ``(T,)``.
        ended_by_length, empty: judged samples with that property, shape ``(T,)``.
        end_unknown: judged samples whose source does not say how they ended, shape ``(T,)``.
        distinct: distinct programs among the judged samples, shape ``(T,)``.
        kinds: for each verdict the samples that have it, shape ``(T,)``.
    """

    role: Role
    asked: int
    wanted: Ints
    judged: Ints
    present: Ints
    passed: Ints
    compiled: Ints
    main_free: Ints
    ended_by_length: Ints
    end_unknown: Ints
    empty: Ints
    distinct: Ints
    kinds: Mapping[VerdictKind, Ints]

    @property
    def infra_errors(self) -> int:
        """The number of rows whose verdict is ``infra_error``."""
        return int(self.kinds[VerdictKind.INFRA_ERROR].sum())

    @property
    def task_faults(self) -> int:
        """The number of rows whose verdict is ``task_fault``."""
        return int(self.kinds[VerdictKind.TASK_FAULT].sum())

    def take(self, keep: Ints) -> Counts:
        """Return the counts of some of the tasks; ``keep`` holds their indices."""
        return Counts(
            role=self.role,
            asked=self.asked,
            wanted=self.wanted[keep],
            judged=self.judged[keep],
            present=self.present[keep],
            passed=self.passed[keep],
            compiled=self.compiled[keep],
            main_free=self.main_free[keep],
            ended_by_length=self.ended_by_length[keep],
            end_unknown=self.end_unknown[keep],
            empty=self.empty[keep],
            distinct=self.distinct[keep],
            kinds={kind: count[keep] for kind, count in self.kinds.items()},
        )


def count_rows(
    design: Design,
    rows: Sequence[Row],
    role: Role,
    mode: Mode,
    asked: int,
    fewer: Mapping[str, int] | None = None,
) -> Counts:
    """Count one model's rows.

    Args:
        design: the tasks.
        rows: the model's rows.
        role: the model.
        mode: the mode of the rows.
        asked: samples per task that were asked for.
        fewer: the number of samples of tasks of which fewer were asked.

    Raises:
        DataError: if a row has an unknown task or a repeated or impossible index, or if its
            ``passed`` contradicts its own verdict and violations.
    """
    wanted = [(fewer or {}).get(task.task_id, asked) for task in design.tasks]
    position = {task.task_id: i for i, task in enumerate(design.tasks)}
    tally: Counter[tuple[int, str]] = Counter()
    seen: set[tuple[str, int]] = set()
    programs: set[tuple[int, str]] = set()
    for row in rows:
        where = f"{role} row ({row.task_id}, {row.index})"
        task = position.get(row.task_id)
        if task is None:
            raise DataError(f"{where} belongs to no task of this run", CURE)
        if not 0 <= row.index < wanted[task]:
            raise DataError(f"{where}: {wanted[task]} samples per task were asked for", CURE)
        if (row.task_id, row.index) in seen:
            raise DataError(f"{where} occurs twice", CURE)
        seen.add((row.task_id, row.index))
        _check_passed(row, mode, where)
        tally[task, row.verdict] += 1
        if row.verdict not in UNJUDGED:
            tally[task, "pass in mode"] += row.passed
            tally[task, "compiled"] += row.compile_ok is True
            tally[task, "main free"] += row.main_free
            tally[task, "length"] += row.finish_reason == "length"
            tally[task, "end unknown"] += not row.finish_reason
            tally[task, "empty"] += not row.completion.strip()
            if row.source is not None and (task, row.source) not in programs:
                programs.add((task, row.source))
                tally[task, "distinct"] += 1
    return _counts(tally, role, asked, wanted)


def _counts(tally: Counter[tuple[int, str]], role: Role, asked: int, wanted: list[int]) -> Counts:
    def column(name: str) -> Ints:
        return np.array([tally[i, name] for i in range(len(wanted))], dtype=np.int64)

    kinds = {kind: column(kind) for kind in VerdictKind}
    present = np.sum(list(kinds.values()), axis=0)
    return Counts(
        role=role,
        asked=asked,
        wanted=np.array(wanted, dtype=np.int64),
        judged=present - sum(kinds[kind] for kind in UNJUDGED),
        present=present,
        passed=column("pass in mode"),
        compiled=column("compiled"),
        main_free=column("main free"),
        ended_by_length=column("length"),
        end_unknown=column("end unknown"),
        empty=column("empty"),
        distinct=column("distinct"),
        kinds=kinds,
    )


def _check_passed(row: Row, mode: Mode, where: str) -> None:
    if row.passed != counts_as_passed(row.verdict, row.policy_violations, mode):
        raise DataError(
            f"{where} says passed={row.passed} in mode {mode}, but its verdict is {row.verdict}"
            f" with {len(row.policy_violations)} policy violations",
            CURE,
        )
