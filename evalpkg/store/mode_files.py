"""Writes the rows of the mode files from the logs of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from evalpkg.models import Mode, Role, Row, Sample, Task, VerdictKind
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import ROW
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.shards import EVEN, SampleKey, Uneven, expected_keys
from evalpkg.store.verdict_log import ScoredSample, VerdictLog

WriteRows = Callable[[Mode, Role, Iterable[Row]], None]

_JUDGED = [f.name for f in fields(Row) if f.name in {one.name for one in fields(ScoredSample)}]
_WRITTEN = [f.name for f in fields(Row) if f.name not in {"passed", *_JUDGED}]
_judged, _written = attrgetter(*_JUDGED), attrgetter(*_WRITTEN)


def counts_as_passed(kind: VerdictKind, violations: Sequence[str], mode: Mode) -> bool:
    """Tell whether a sample is correct in ``mode``; the policy has a veto in its own mode."""
    return kind is VerdictKind.PASSED and (mode is Mode.NO_POLICY or not violations)


def row_of(sample: Sample, scored: ScoredSample, mode: Mode) -> Row:
    """Build a line of a mode file from the fields of a sample and its judgement."""
    passed = counts_as_passed(scored.verdict, scored.policy_violations, mode)
    judged = dict(zip(_JUDGED, _judged(scored), strict=True))
    written = dict(zip(_WRITTEN, _written(sample), strict=True))
    return Row(passed=passed, **judged, **written)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of a run: the samples that are missing, unjudged or failed by infrastructure.

    Attributes:
        not_generated: requested keys without a sample.
        not_judged: samples without any verdict.
        infra_errors: samples whose last verdict is an infrastructure error; they have a row.
    """

    not_generated: tuple[SampleKey, ...]
    not_judged: tuple[SampleKey, ...]
    infra_errors: tuple[SampleKey, ...]

    @property
    def complete(self) -> bool:
        """True if every key has a final verdict."""
        return not (self.not_generated or self.not_judged or self.infra_errors)


def coverage(
    expected: Iterable[SampleKey],
    samples: Mapping[SampleKey, Sample],
    scored: Mapping[SampleKey, ScoredSample],
) -> Coverage:
    """Compare the existing samples and verdicts with the requested keys."""
    keys = list(expected)
    return Coverage(
        not_generated=tuple(key for key in keys if key not in samples),
        not_judged=tuple(key for key in keys if key in samples and key not in scored),
        infra_errors=tuple(key for key in keys if key in scored and not scored[key].final),
    )


def write_mode_files(
    layout: RunLayout,
    tasks: Sequence[Task],
    roles: Sequence[Role],
    modes: Sequence[Mode],
    num_samples: int,
    uneven: Uneven = EVEN,
    samples: Mapping[SampleKey, Sample] | None = None,
    scored: Mapping[SampleKey, ScoredSample] | None = None,
    write: WriteRows | None = None,
) -> Coverage:
    """Write ``{mode}/{role}_model_samples.jsonl`` from the logs, ordered by task, then index.

    Samples that were not generated or judged have no row. The returned coverage names them, and a
    caller that needs a complete run must check it. Logged samples that were not requested are left
    out.

    Args:
        layout: the run.
        tasks: its tasks.
        roles: its models.
        modes: the modes to write.
        num_samples: samples of each task that were requested.
        uneven: tasks of which fewer were requested.
        samples: the samples of the log, if the caller has them already.
        scored: the judgements of the log, if the caller has them already.
        write: writes the file of one model in one mode; None for the plain way.

    Raises:
        DataError: if a log is damaged.
        EnvironmentUnfitError: if a file cannot be written.
    """
    if samples is None:
        samples = SampleLog(layout.samples_log).by_key()
    if scored is None:
        scored = VerdictLog(layout.verdicts_log).by_key(samples)
    expected = list(expected_keys(tasks, roles, num_samples, uneven=uneven))
    for role in roles:
        keys = [key for key in expected if key[0] is role and key in scored]
        for mode in modes:
            rows = (row_of(samples[key], scored[key], mode) for key in keys)
            if write is None:
                ROW.write(layout.samples(mode, role), rows)
            else:
                write(mode, role, rows)
    return coverage(expected, samples, scored)
