"""Plain sentences: what a difference allows one to say, and no more."""

from __future__ import annotations

from dataclasses import dataclass

from .metrics import Difference, Interval
from .settings import StatisticsSettings


@dataclass(frozen=True, slots=True)
class Phrase:
    """How to speak of a metric.

    Attributes:
        name: ``pass@1``, ``compile rate``.
        solves: True for pass@k, where more is solving more.
    """

    name: str
    solves: bool = False

    @property
    def place(self) -> str:
        """``at pass@1``, ``in compile rate``."""
        return f"at {self.name}" if self.solves else f"in {self.name}"


def percent(share: float) -> str:
    """``0.4423`` as ``44.2 %``."""
    return f"{100.0 * share:.1f} %"


def points(difference: float) -> str:
    """``0.031`` as ``+3.1``; what rounds to zero has no sign."""
    rounded = round(100.0 * difference, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def p_text(p_value: float) -> str:
    """``p = 0.024``, ``p < 0.001``."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def interval_text(interval: Interval, confidence: float) -> str:
    """``95 % interval +0.4 to +5.8 points``."""
    level = f"{100.0 * confidence:g} % interval"
    return f"{level} {points(interval.low)} to {points(interval.high)} points"


def sentence(
    phrase: Phrase, difference: Difference, base: float | None, settings: StatisticsSettings
) -> str:
    """The plain sentence that follows from ``difference``.

    Args:
        phrase: the metric.
        difference: the numbers; its own sentence is not read.
        base: the base model's value, None where the difference has none.
        settings: confidence and power, to be named.
    """
    if difference.value is None or base is None or difference.new_tasks is None:
        said = f"The models cannot be compared {phrase.place}: {difference.reason}."
    elif difference.distinguishable:
        said = _differ(phrase, difference, difference.value, base, settings)
    else:
        said = _same(phrase, difference, difference.value, base, settings)
    if difference.bounds is not None:
        low, high = points(difference.bounds.low), points(difference.bounds.high)
        said += " Some samples have no verdict: depending on them the difference "
        if low == high:
            said += f"still rounds to {low}."
        else:
            said += f"lies between {low} and {high} points."
    return said


def _evidence(difference: Difference, settings: StatisticsSettings) -> str:
    parts = []
    if difference.new_tasks is not None:
        parts.append(interval_text(difference.new_tasks, settings.confidence))
    if difference.p_value is not None:
        parts.append(p_text(difference.p_value))
    return "; ".join(parts)


def _differ(
    phrase: Phrase, difference: Difference, value: float, base: float, settings: StatisticsSettings
) -> str:
    size = f"{100.0 * abs(value):.1f} points"
    if phrase.solves:
        more = "more" if value > 0.0 else "less"
        claim = f"The fine-tuned model solves {size} {more} than the base model {phrase.place}"
    else:
        higher = "higher" if value > 0.0 else "lower"
        claim = f"The fine-tuned model's {phrase.name} is {size} {higher} than the base model's"
    levels = f"{percent(base + value)} against {percent(base)}"
    return f"{claim}: {levels} ({_evidence(difference, settings)})."


def _same(
    phrase: Phrase, difference: Difference, value: float, base: float, settings: StatisticsSettings
) -> str:
    place = phrase.place[0].upper() + phrase.place[1:]
    said = (
        f"{place} the two models are not distinguishable: {percent(base + value)} fine-tuned,"
        f" {percent(base)} base, a difference of {points(value)} points"
        f" ({_evidence(difference, settings)})."
    )
    if difference.minimum_detectable is None:
        return said + " The task scores do not vary enough to say what could have been detected."
    smallest = f"{100.0 * difference.minimum_detectable:.1f} points"
    return said + (
        f" The smallest difference this run could have detected with {100.0 * settings.power:g} %"
        f" power is {smallest}."
    )
