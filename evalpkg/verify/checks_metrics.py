"""Check of the metrics: each one is computed again from the rows alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.models import Mode
from evalpkg.store import canonical_json, differences, read_json
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence, with_releases

if TYPE_CHECKING:
    from evalpkg.statistics import Metrics, StatisticsSettings
    from evalpkg.verify.recheck import Touched

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Tolerance of numbers: two computers may round the last digits of a sum differently."""


def check_metrics(evidence: Evidence, mode: Mode, find_touched: Touched | None = None) -> Check:
    """Compute every number of ``metrics.json`` again from rows, tasks and metadata.

    Args:
        evidence: the run.
        mode: whose metrics to check.
        find_touched: names the tasks that the training data hold; None if that is not known.

    Raises:
        DataError: if a file is missing or malformed.
    """
    from pydantic import ValidationError

    from evalpkg.statistics import StatisticsSettings, compute_metrics

    path = evidence.layout.metrics(mode)
    stored = read_json(path)
    try:
        settings = StatisticsSettings.model_validate(stored.get("settings"))
    except ValidationError as error:
        raise DataError(f"{path}: settings: {error.errors()[0]['msg']}", COPY_AGAIN) from error
    rebuilt = compute_metrics(
        evidence.tasks,
        {role: evidence.rows[mode, role] for role in evidence.roles},
        mode,
        dict.fromkeys(evidence.roles, evidence.metadata.num_samples),
        evidence.metadata.k_values,
        settings,
        evidence.metadata.uneven,
    )
    problems = [
        f"{mode.value}/{path.name}, {difference}"
        for difference in numeric_differences(stored, rebuilt.model_dump(mode="json"))
    ]
    if settings.seed != evidence.metadata.seeds.run:
        problems.append(
            f"{mode.value}/{path.name}, settings.seed: {settings.seed}, expected the run's, "
            f"{evidence.metadata.seeds.run}"
        )
    usual = StatisticsSettings(
        seed=settings.seed,
        margin=settings.margin,
        touched=settings.touched,
        contamination_sha256=settings.contamination_sha256,
    )
    problems += [
        f"{mode.value}/{path.name}, settings.{change}, which are not this release's"
        for change in differences(usual.model_dump(), settings.model_dump())
    ]
    problems += [
        f"{mode.value}/{path.name}, settings.touched: {task_id} is no task of the run"
        for task_id in sorted(set(settings.touched) - {task.task_id for task in evidence.tasks})
    ]
    left_out = []
    if find_touched is not None:
        problems += _of_contamination(evidence, mode, settings, find_touched)
    elif settings.touched or settings.contamination_sha256:
        left_out.append(
            f"{mode.value}/{path.name}: which tasks the training data contain is told by a file "
            f"that is not in the run (sha256 {settings.contamination_sha256 or '(none)'}); name it "
            "with --contamination"
        )
    if mode is evidence.modes[0]:
        problems += _of_stopping(evidence, rebuilt)
    held = "recomputed from the rows"
    if find_touched is not None:
        held += ", and the touched tasks from the file"
    if settings.margin is not None:
        held += f", with a margin of {100 * settings.margin:g} points"
    check = conclude(f"metrics ({mode.value})", problems, held, left_out)
    return with_releases(check, evidence)


def _of_contamination(
    evidence: Evidence, mode: Mode, settings: StatisticsSettings, find_touched: Touched
) -> Iterator[str]:
    """Check that the file names the tasks that the metrics leave out, and is the recorded one."""
    touched, digest = find_touched([task.task_id for task in evidence.tasks])
    known = {"contamination_sha256": digest, "touched": sorted(touched)}
    told = {
        "contamination_sha256": settings.contamination_sha256,
        "touched": sorted(settings.touched),
    }
    for name, value in known.items():
        if told[name] != value:
            yield (
                f"{mode.value}/metrics.json, settings.{name}: {told[name] or '(none)'}, but the "
                f"file of --contamination gives {value or '(none)'}"
            )


def _of_stopping(evidence: Evidence, metrics: Metrics) -> Iterator[str]:
    """Check that a run with a stopping rule followed it, and did not stop arbitrarily."""
    from evalpkg.statistics import enough, rounds

    asked, samples = evidence.metadata.arguments, evidence.metadata.num_samples
    if not asked.get("auto_samples") or samples >= asked.get("max_samples", 0):
        return
    by_rule = enough(metrics, asked.get("noise_share", 0.0), asked.get("precision"))
    if samples not in rounds(samples + 1) or not by_rule:
        yield (
            f"eval_metadata.json, arguments.auto_samples: by its rule the run does not stop at "
            f"{samples} samples"
        )


def numeric_differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """Yield one line per value that differs; numbers may differ by rounding."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            path = f"{name}.{key}" if name else str(key)
            if key not in old or key not in new:
                yield f"{path}: {'not a field' if key in old else 'missing'}"
            else:
                yield from numeric_differences(old[key], new[key], path)
    elif isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        if len(old) != len(new):
            yield f"{name}: {len(old)} entries, expected {len(new)}"
        for place, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from numeric_differences(one, other, f"{name}[{place}]")
    elif not _same(old, new):
        yield f"{name}: {canonical_json(old)}, expected {canonical_json(new)}"


def _same(old: Any, new: Any) -> bool:
    """Tell whether two values are equal, or numbers of one type that differ only by rounding."""
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(old) is type(new) and bool(old == new)
