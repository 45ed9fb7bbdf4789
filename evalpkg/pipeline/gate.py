"""Decides whether a run's difference meets the user's conditions, with confidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalpkg.errors import ConfigError
from evalpkg.models import Mode
from evalpkg.reporting.run_files import RunFiles, load_run
from evalpkg.statistics import DifferenceAtK


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The decision, and its reasons in one line.

    Attributes:
        holds: whether all conditions hold.
        sentence: the reasons.
    """

    holds: bool
    sentence: str


def judge_run(
    root: Path, no_worse_than: float | None, better_than: float | None, k: int, mode: Mode | None
) -> GateAnswer:
    """Check the difference in pass@k against the conditions.

    Args:
        root: output directory of a finished run.
        no_worse_than: percentage points that may be lost; None for no such condition.
        better_than: percentage points that must be gained; None for no such condition.
        k: the k of pass@k.
        mode: None for the run's first mode.

    Raises:
        ConfigError: if the run has no such difference.
        DataError: if the run cannot be read.
    """
    run = load_run(root)
    mode = mode or run.modes[0]
    difference = _difference(run, mode, k)
    name = f"pass@{k}, {mode.value}"
    bound = _bound(difference)
    if difference.value is None or bound is None:
        return GateAnswer(
            holds=False, sentence=f"not met: {name}: {difference.reason or difference.sentence}"
        )
    if difference.undeclarable:
        problems = run.metrics[mode].clusters
        few = f"{problems} distinct problem{'' if problems == 1 else 's'}"
        return GateAnswer(
            holds=False, sentence=f"not met: {name}: {few} cannot show a difference, however large"
        )
    conditions = []
    if no_worse_than is not None:
        conditions.append((bound > -no_worse_than, f"no worse than {_limit(no_worse_than)}"))
    if better_than is not None:
        conditions.append((bound > better_than, f"better than {_limit(better_than)}"))
    holds = all(met for met, _ in conditions)
    named = " and ".join(text for met, text in conditions if holds or not met)
    confidence = run.metrics[mode].settings.confidence
    return GateAnswer(
        holds,
        f"{'met' if holds else 'not met'}: {named}: {name} differs by"
        f" {_signed(100.0 * difference.value)} points; with {confidence:.0%} confidence,"
        f" by more than {_signed(bound)}",
    )


def _signed(number: float) -> str:
    return f"{number:+.1f}" if round(number, 1) else "0.0"


def _limit(number: float) -> str:
    return f"{number:g} point{'' if number == 1 else 's'}"


def _difference(run: RunFiles, mode: Mode, k: int) -> DifferenceAtK:
    if mode not in run.metrics:
        raise ConfigError(f"{run.layout.root} has no results of mode {mode.value}", "Omit --mode.")
    compared = run.metrics[mode].comparison
    if compared is None:
        raise ConfigError(
            f"{run.layout.root} has one model, and so no difference", "Run both models."
        )
    found = next((one for one in compared.pass_at_k if one.k == k), None)
    if found is None:
        known = ", ".join(str(one.k) for one in compared.pass_at_k)
        raise ConfigError(f"{run.layout.root} has no pass@{k}", f"It has k = {known}.")
    return found


def _bound(difference: DifferenceAtK) -> float | None:
    """Return the lower bound in points; samples without a verdict count against the fine-tune."""
    if difference.at_least is None or difference.value is None:
        return None
    lost = difference.value - difference.bounds.low if difference.bounds else 0.0
    return 100.0 * (difference.at_least - max(0.0, lost))
