"""Checks that judge samples anew: extraction, policy and, for a random few, the verdict itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from evalpkg.models import Extraction, Mode, Role, Row, Task, Verdict, VerdictKind
from evalpkg.results.checks_rows import place
from evalpkg.results.evidence import Evidence
from evalpkg.results.report import Check, conclude

Extract = Callable[[Task, str], Extraction]
"""From a task and the raw completion to the program in it."""
Violations = Callable[[Task, str], Sequence[str]]
"""From a task and the raw completion to the rules of the policy that it breaks."""
Judge = Callable[[Sequence[tuple[Task, Extraction]]], Sequence[Verdict]]
"""Compiles and runs programs; one verdict each, in their order."""


@dataclass(frozen=True, slots=True)
class Rechecks:
    """What ``verify`` is to do again, besides reading.

    Attributes:
        extract: extract the program of every sample again; None: do not.
        violations: apply the policy to every sample again; None: do not.
        judge: scores programs; needed where ``rescore`` is above 0.
        rescore: how many samples to score again, drawn at random.
        seed: of that draw; the report names it, so that it can be repeated.
    """

    extract: Extract | None = None
    violations: Violations | None = None
    judge: Judge | None = None
    rescore: int = 0
    seed: int = 0


NO_RECHECKS = Rechecks()

Item = tuple[Mode, Role, Task, Row]


def _items(evidence: Evidence) -> Iterator[Item]:
    """Every sample once, as in the first mode that was run."""
    tasks = {task.task_id: task for task in evidence.tasks}
    mode = evidence.modes[0]
    for role in evidence.roles:
        for row in evidence.rows[mode, role]:
            if row.task_id in tasks:
                yield mode, role, tasks[row.task_id], row


def check_extraction(evidence: Evidence, extract: Extract) -> Check:
    """Extraction finds the program that each row holds, by the same rule."""
    problems = []
    count = 0
    for mode, role, task, row in _items(evidence):
        found = extract(task, row.completion)
        count += 1
        for name, old, new in (
            ("extraction_rule", row.extraction_rule, found.rule),
            ("main_free", row.main_free, found.main_free),
            ("source", row.source, found.source),
        ):
            if old != new:
                problems.append(f"{place(mode, role, row)}: {name} is {old!r:.80}, now {new!r:.80}")
    return conclude("extraction", problems, f"{count:,} programs extracted again")


def check_policy(evidence: Evidence, violations: Violations) -> Check:
    """The policy finds the violations that each row holds."""
    problems = []
    count = 0
    for mode, role, task, row in _items(evidence):
        found = tuple(violations(task, row.completion))
        count += 1
        if found != row.policy_violations:
            problems.append(
                f"{place(mode, role, row)}: policy_violations are "
                f"{list(row.policy_violations)}, now {list(found)}"
            )
    return conclude("policy", problems, f"applied again to {count:,} completions")


def check_verdicts(evidence: Evidence, rechecks: Rechecks) -> Check:
    """A random few samples, scored again, get the verdict that their rows hold.

    Raises:
        ValueError: if there is nobody to judge, or not one verdict per program.
    """
    if rechecks.judge is None:
        raise ValueError("scoring again needs a judge")
    judged = [item for item in _items(evidence) if item[3].verdict is not VerdictKind.INFRA_ERROR]
    drawn = random.Random(rechecks.seed).sample(judged, min(rechecks.rescore, len(judged)))  # noqa: S311 - a repeatable draw, not a secret
    verdicts = rechecks.judge([(task, _extraction(row)) for _, _, task, row in drawn])
    problems = []
    for (mode, role, _, row), verdict in zip(drawn, verdicts, strict=True):
        old = Verdict(row.verdict, row.compile_ok, row.error_code)
        new = replace(verdict, detail="", program_sha256="")
        if new != old:
            problems.append(
                f"{place(mode, role, row)}: {_shown(old)}, scored again {_shown(new)}"
                + (f" ({verdict.detail})" if verdict.detail else "")
            )
    return conclude(
        "verdicts", problems, f"{len(drawn)} samples scored again (drawn with seed {rechecks.seed})"
    )


def _extraction(row: Row) -> Extraction:
    return Extraction(row.source, row.extraction_rule, row.main_free)


def _shown(verdict: Verdict) -> str:
    return (
        f"{verdict.kind.value} {verdict.error_code}" if verdict.error_code else verdict.kind.value
    )
