"""Checks of rows: each is there once, in order, and consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from evalpkg.extraction import NO_CODE, WITHOUT_PROGRAM
from evalpkg.models import UNJUDGED, Mode, Role, Row, VerdictKind
from evalpkg.store import ROW, WHOLE, counts_as_passed, expected_keys, parse_shard
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence


def place(mode: Mode, role: Role, row: Row) -> str:
    """Name a row so that a reader can find it."""
    return f"{mode.value}/{role.value} {row.task_id} {row.index}"


def check_rows(evidence: Evidence) -> Check:
    """Check that every line is a row in canonical form, so that equal samples have equal bytes."""
    problems = []
    count = 0
    for (mode, role), rows in evidence.rows.items():
        path = evidence.layout.samples(mode, role)
        *lines, rest = path.read_bytes().split(b"\n")
        for number, (row, line) in enumerate(zip(rows, lines, strict=False), start=1):
            if ROW.line(row).encode("utf-8") != line + b"\n":
                problems.append(f"{mode.value}/{path.name}, line {number}: not in canonical form")
        if rest or len(rows) != len(lines):
            problems.append(f"{mode.value}/{path.name}: blank lines, or no line feed at the end")
        count += len(rows)
    return conclude("rows", problems, f"{count:,} rows follow the schema")


def check_completeness(evidence: Evidence) -> Check:
    """Check that the rows are exactly the requested samples, each once, in order."""
    asked, uneven = evidence.metadata.num_samples, evidence.metadata.uneven
    shard = parse_shard(evidence.metadata.shard)
    problems = []
    for (mode, role), rows in evidence.rows.items():
        order = [key[1:] for key in expected_keys(evidence.tasks, [role], asked, shard, uneven)]
        expected = set(order)
        counts = Counter((row.task_id, row.index) for row in rows)
        where = f"{mode.value}/{role.value}"
        problems += [f"{where} {task} {n}: no row" for task, n in order if (task, n) not in counts]
        for (task, index), count in counts.items():
            if (task, index) not in expected:
                problems.append(f"{where} {task} {index}: a row that nobody asked for")
            elif count > 1:
                problems.append(f"{where} {task} {index}: {count} rows, expected one")
        found = [(row.task_id, row.index) for row in rows]
        if set(found) == expected and len(found) == len(order) and found != order:
            problems.append(f"{where}: rows are not ordered by task, then index")
    held = f"{len(evidence.tasks)} tasks x {asked} samples x {len(evidence.roles)} models"
    if any(uneven.values()):
        held += ", fewer where the files hold fewer"
    if shard != WHOLE:
        held += f", part {shard} of it"
    left_out = [] if shard == WHOLE else [f"the other parts of the run: this is part {shard}"]
    return conclude("completeness", problems, held, left_out)


def check_modes(evidence: Evidence) -> Check:
    """Check that both modes have the same samples with the same verdicts."""
    if len(evidence.modes) < 2:
        return conclude("modes", (), f"only {evidence.modes[0].value} was run")
    problems = []
    for role in evidence.roles:
        free, ruled = (
            {(row.task_id, row.index): row for row in evidence.rows[mode, role]} for mode in Mode
        )
        for key in free.keys() & ruled.keys():
            one, other = free[key], ruled[key]
            if replace(one, passed=other.passed) != other:
                fields = ", ".join(_differing(one, other))
                problems.append(f"{role.value} {key[0]} {key[1]}: the modes differ in {fields}")
        for key in free.keys() ^ ruled.keys():
            mode = Mode.NO_POLICY if key in free else Mode.POLICY
            problems.append(f"{role.value} {key[0]} {key[1]}: only in {mode.value}")
    return conclude("modes", sorted(problems), "the same samples and verdicts in both")


def _differing(one: Row, other: Row) -> Iterator[str]:
    for name in Row.__slots__:
        if name != "passed" and getattr(one, name) != getattr(other, name):
            yield name


def check_passed(evidence: Evidence) -> Check:
    """Check that ``passed`` follows from verdict, violations and mode, and that it is possible."""
    problems = []
    for (mode, role), rows in evidence.rows.items():
        for row in rows:
            expected = counts_as_passed(row.verdict, row.policy_violations, mode)
            if row.passed is not expected:
                problems.append(
                    f"{place(mode, role, row)}: passed is {row.passed}, expected {expected} for "
                    f"{row.verdict.value} with {len(row.policy_violations)} violations"
                )
            problems += [f"{place(mode, role, row)}: {text}" for text in _contradictions(row)]
    lost = Counter(
        row.verdict.value
        for rows in list(evidence.rows.values())[: len(evidence.roles)]
        for row in rows
        if row.verdict in UNJUDGED
    )
    left_out = [f"{count:,} samples without a verdict: {kind}" for kind, count in lost.items()]
    held = "follows from verdict and violations in every row"
    return conclude("passed", problems, held, left_out)


_COMPILED = {
    VerdictKind.PASSED: (True,),
    VerdictKind.TEST_FAILED: (True,),
    VerdictKind.PANICKED: (True,),
    VerdictKind.CRASHED: (True,),
    VerdictKind.TAMPERED: (True,),
    VerdictKind.TIMEOUT: (True, False),
    VerdictKind.RESOURCE_LIMIT: (True, False),
    VerdictKind.COMPILE_ERROR: (False,),
    VerdictKind.NO_CODE: (None,),
    VerdictKind.INFRA_ERROR: (None,),
}
"""Values of ``compile_ok`` that each verdict allows; the compiler can run out of time too."""


def _contradictions(row: Row) -> Iterator[str]:
    """List fields whose value no scorer writes together with this verdict."""
    kind = row.verdict
    if row.compile_ok not in _COMPILED.get(kind, (row.compile_ok,)):
        wanted = " or ".join(map(str, _COMPILED[kind]))
        yield f"{kind.value} with compile_ok {row.compile_ok}, expected {wanted}"
    if row.error_code is not None and kind is not VerdictKind.COMPILE_ERROR:
        yield f"{kind.value} with the compiler's error {row.error_code!r}, expected none"
    if (row.source is None) is not (kind is VerdictKind.NO_CODE):
        yield f"{kind.value} {'without' if row.source is None else 'with'} a program"
    if row.source is None and row.program_sha256:
        yield f"no program, and its digest is {row.program_sha256}, expected none"
    fixed = _fixed_detail(row)
    if fixed is not None and row.detail != fixed:
        yield f"detail is {row.detail!r:.100}, expected {fixed!r}"
    for name in ("index", "prompt_tokens", "completion_tokens"):
        if getattr(row, name) < 0:
            yield f"{name} is {getattr(row, name)}, expected 0 or more"


def _fixed_detail(row: Row) -> str | None:
    """Return the only detail the row can have; None if it depends on compiling and running."""
    if row.verdict is VerdictKind.PASSED:
        return ""
    if row.verdict is VerdictKind.NO_CODE:
        return WITHOUT_PROGRAM.get(row.extraction_rule, WITHOUT_PROGRAM[NO_CODE])
    return None
