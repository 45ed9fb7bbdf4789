"""Checks that judge samples again: extraction, policy and, for a random few, the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from evalpkg.models import Extraction, Mode, Role, Row, Task, Verdict, VerdictKind
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.checks_rows import place
from evalpkg.verify.checks_tasks import KnownSets
from evalpkg.verify.drawing import draw
from evalpkg.verify.files import Evidence, with_releases

Extract = Callable[[Task, str], Extraction]
"""A function from a task and the raw completion to the program in it."""
Violations = Callable[[Task, str], Sequence[str]]
"""A function from a task and the raw completion to the rules of the policy that it breaks."""
Digest = Callable[[Task, str], str]
"""A function from a task and a program to the digest of the compiled source."""
Judge = Callable[[Sequence[tuple[Task, Extraction]]], Sequence[Verdict]]
"""A function that compiles and runs programs, and yields one verdict each, in order."""
Touched = Callable[[Sequence[str]], tuple[tuple[str, ...], str]]
"""A function from ids to those of tasks that the training data hold, and the sha256 of the file
that names them."""


@dataclass(frozen=True, slots=True)
class Rechecks:
    """The work that ``verify`` repeats, besides reading.

    Attributes:
        extract: extracts the program of every sample again; None skips this.
        violations: applies the policy to every sample again; None skips this.
        no_policy: reason why the policy is not applied, if the user did not choose that.
        known_sets: data sets to compare the tasks with; None skips this.
        bound: settings that every configuration must hold; empty skips this check.
        refusal: a function that says why arguments are not a configuration; empty if they are.
        digest: computes every program's digest again; None skips this.
        touched: names the tasks that the training data hold; None skips this.
        judge: scores programs; needed if ``rescore`` is above 0.
        commitment: digest that was published before the run; empty for none.
        rustc: compiler of ``judge``, in the metadata's form.
        rescore: number of samples to score again, drawn at random.
        regenerate: number of samples to generate again, drawn at random; see
            ``verify.regenerate``.
        seed: seed of the draws. The report names it, so that they can be repeated.
    """

    extract: Extract | None = None
    violations: Violations | None = None
    no_policy: str = ""
    known_sets: KnownSets | None = None
    bound: tuple[str, ...] = ()
    refusal: Callable[[Mapping[str, Any]], str] = lambda _: ""
    digest: Digest | None = None
    touched: Touched | None = None
    judge: Judge | None = None
    rustc: str = ""
    commitment: str = ""
    rescore: int = 0
    regenerate: int = 0
    seed: int = 0


NO_RECHECKS = Rechecks()

Item = tuple[Mode, Role, Task, Row]


def samples_of(evidence: Evidence) -> Iterator[Item]:
    """Yield every sample once, as in the first mode that was run."""
    tasks = {task.task_id: task for task in evidence.tasks}
    mode = evidence.modes[0]
    for role in evidence.roles:
        for row in evidence.rows[mode, role]:
            if row.task_id in tasks:
                yield mode, role, tasks[row.task_id], row


def check_extraction(evidence: Evidence, extract: Extract) -> Check:
    """Check that extraction finds each row's program again, by the same rule."""
    problems = []
    count = 0
    for mode, role, task, row in samples_of(evidence):
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
    """Return the first lines in which two texts differ; other values are returned as they are."""
    if isinstance(old, str) and isinstance(new, str):
        pairs = zip_longest(old.split("\n"), new.split("\n"))
        return next(pair for pair in pairs if pair[0] != pair[1])
    return old, new


def check_policy(evidence: Evidence, violations: Violations) -> Check:
    """Check that the policy finds each row's violations again."""
    problems = []
    count = 0
    for mode, role, task, row in samples_of(evidence):
        found = tuple(violations(task, row.completion))
        count += 1
        if found != row.policy_violations:
            problems.append(
                f"{place(mode, role, row)}: policy_violations are "
                f"{list(row.policy_violations)}, now {list(found)}"
            )
    check = conclude("policy", problems, f"applied again to {count:,} completions")
    return with_releases(check, evidence)


def policy_left_out(why: str) -> Check:
    """Report that the policy was not checked because it is not available."""
    return conclude("policy", (), "not applied again", [f"the policy's violations: {why}"])


def check_programs(evidence: Evidence, digest: Digest) -> Check:
    """Check that each row's digest is that of its program with its task's tests."""
    problems = []
    count = 0
    edition = evidence.metadata.arguments.get("edition")
    tasks = {
        task.task_id: replace(task, edition=edition) if edition else task for task in evidence.tasks
    }
    known: dict[tuple[str, str], str] = {}
    for mode, role, task, row in samples_of(evidence):
        if row.source is None:
            continue
        count += 1
        key = (task.task_id, row.source)
        if key not in known:
            known[key] = digest(tasks[task.task_id], row.source)
        if row.program_sha256 != known[key]:
            problems.append(
                f"{place(mode, role, row)}: program_sha256 is {row.program_sha256 or '(none)'}, "
                f"expected {known[key]}"
            )
    check = conclude("programs", problems, f"{count:,} digests computed again")
    return with_releases(check, evidence)


def check_verdicts(evidence: Evidence, rechecks: Rechecks) -> Check:
    """Judge a few random samples again, and compare the verdicts with their rows.

    The details of the verdicts are compared only if the compiler is that of the run, because
    another release of rustc words its errors differently.

    Raises:
        ValueError: if there is no judge, or not one verdict per program.
    """
    if rechecks.judge is None:
        raise ValueError("scoring again needs a judge")
    every = [
        item for item in samples_of(evidence) if item[3].verdict is not VerdictKind.INFRA_ERROR
    ]
    drawn, record = draw(every, rechecks.rescore, rechecks.seed)
    verdicts = rechecks.judge([(task, _extraction(row)) for _, _, task, row in drawn])
    worded = rechecks.rustc == evidence.metadata.toolchain.rustc
    problems, wrong = [], 0
    for (mode, role, _, row), verdict in zip(drawn, verdicts, strict=True):
        found = list(_disagreements(row, verdict, worded=worded))
        problems += [f"{place(mode, role, row)}: {text}" for text in found]
        wrong += bool(found)
    left_out = [] if worded else ["the words beside the verdicts: another rustc is at work here"]
    check = conclude("verdicts", problems, "", left_out)
    return replace(check, detail=record.sentence(wrong))


def _disagreements(row: Row, verdict: Verdict, *, worded: bool) -> Iterator[str]:
    old = Verdict(row.verdict, row.compile_ok, row.error_code)
    if replace(verdict, detail="", program_sha256="") != old:
        told = f" ({verdict.detail})" if verdict.detail else ""
        yield f"{_shown(old)}, scored again {_shown(verdict)}{told}"
    elif worded and verdict.detail != row.detail:
        was, now = _first_difference(row.detail, verdict.detail)
        yield f"detail is {was!r:.200}, scored again {now!r:.200}"


def _extraction(row: Row) -> Extraction:
    return Extraction(row.source, row.extraction_rule, row.main_free)


def _shown(verdict: Verdict) -> str:
    kind = verdict.kind.value
    if verdict.error_code:
        return f"{kind} {verdict.error_code}"
    compiled = {None: "", True: "", False: " (not compiled)"}[verdict.compile_ok]
    return kind + (compiled if verdict.kind is not VerdictKind.COMPILE_ERROR else "")
