"""Checks that judge samples anew: extraction, policy and, for a random few, the verdict itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from evalpkg import __version__
from evalpkg.models import Extraction, Mode, Role, Row, Task, Verdict, VerdictKind
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.checks_rows import place
from evalpkg.verify.files import Evidence

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
                was, now = _first_difference(old, new)
                problems.append(
                    f"{place(mode, role, row)}: {name} is {was!r:.100}, now {now!r:.100}"
                )
    check = conclude("extraction", problems, f"{count:,} programs extracted again")
    return with_releases(check, evidence)


def _first_difference(old: object, new: object) -> tuple[object, object]:
    """The first lines in which two texts differ; values that are no texts stay as they are."""
    if isinstance(old, str) and isinstance(new, str):
        pairs = zip_longest(old.split("\n"), new.split("\n"))
        return next(pair for pair in pairs if pair[0] != pair[1])
    return old, new


def with_releases(check: Check, evidence: Evidence) -> Check:
    """A failed check that names the releases where they differ: code changes, too, explain it."""
    made_by = evidence.metadata.tool.version
    if check.ok or made_by == __version__:
        return check
    return replace(
        check, detail=f"{check.detail}; made by evalpkg {made_by}, this is {__version__}"
    )


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
    check = conclude("policy", problems, f"applied again to {count:,} completions")
    return with_releases(check, evidence)


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
