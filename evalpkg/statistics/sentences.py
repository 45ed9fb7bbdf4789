"""Write plain sentences that say what a difference shows, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from evalpkg.statistics.metrics import Difference, Interval, SamplingNoise
from evalpkg.statistics.statistics_settings import StatisticsSettings


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words for a metric.

    Attributes:
        name: the metric's name, such as ``pass@1`` or ``compile rate``.
        solves: True for pass@k, the metrics of solving tasks.
    """

    name: str
    solves: bool = False

    @property
    def place(self) -> str:
        """The name with its preposition: ``at pass@1``, ``in compile rate``."""
        return f"at {self.name}" if self.solves else f"in {self.name}"


def percent(share: float) -> str:
    """Write a share in percent: ``0.4423`` as ``44.2 %``."""
    return f"{100.0 * share:.1f} %"


def points(difference: float) -> str:
    """Write a difference in points: ``0.031`` as ``+3.1``; a rounded zero has no sign."""
    rounded = round(100.0 * difference, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def p_text(p_value: float) -> str:
    """Write a p-value: ``p = 0.024``, ``p < 0.001``."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def interval_text(interval: Interval, confidence: float) -> str:
    """Write an interval of a difference: ``95 % interval +0.4 to +5.8 points``."""
    level = f"{100.0 * confidence:g} % interval"
    return f"{level} {points(interval.low)} to {points(interval.high)} points"


def sentence(
    phrase: Phrase, difference: Difference, base: float | None, settings: StatisticsSettings
) -> str:
    """Write the plain sentences about ``difference``.

    Args:
        phrase: the words for the metric.
        difference: the numbers; its own ``sentence`` is not read.
        base: the base model's value; None if the difference has none.
        settings: the confidence, power and margin that the sentences name.
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


def as_read(before: float, after: float) -> tuple[str, str, str]:
    """Write two levels in percent and their difference, so that the printed numbers add up.

    All three are rounded to one decimal, or to two if one is not enough to add up. If two are not
    enough either, the difference is that of the printed levels: more decimals would suggest a
    precision that no run has.

    >>> as_read(0.3125, 0.40625)
    ('31.2', '40.6', '9.4')
    >>> as_read(0.3004, 0.4005)
    ('30.04', '40.05', '10.01')
    >>> as_read(0.464583, 0.55625)
    ('46.46', '55.62', '9.16')
    """
    for decimals in (1, 2):
        low, high = (f"{100.0 * level:.{decimals}f}" for level in (before, after))
        difference = f"{100.0 * abs(after - before):.{decimals}f}"
        if abs(Decimal(high) - Decimal(low)) == Decimal(difference):
            break
    return low, high, str(abs(Decimal(high) - Decimal(low)))


def _differ(
    phrase: Phrase, difference: Difference, value: float, base: float, settings: StatisticsSettings
) -> str:
    low, high, size = as_read(base, base + value)
    verb = "raises" if value > 0.0 else "lowers"
    name = phrase.name if phrase.solves else f"the {phrase.name}"
    said = (
        f"The fine-tuned model {verb} {name} by {size} points, from {low} % to {high} %"
        f" ({_evidence(difference, settings)})."
    )
    return said + (_margin(difference, settings) if phrase.solves else "")


def _same(
    phrase: Phrase, difference: Difference, value: float, base: float, settings: StatisticsSettings
) -> str:
    place = phrase.place[0].upper() + phrase.place[1:]
    low, high, size = as_read(base, base + value)
    sign = "" if not float(size) else "+" if value > 0.0 else "-"
    said = (
        f"{place} the two models are not distinguishable: {high} % fine-tuned, {low} % base, a"
        f" difference of {sign}{size} points ({_evidence(difference, settings)})."
    )
    if phrase.solves:
        said += _excluded(difference) + _margin(difference, settings)
    return said + _detectable(difference, settings)


def _excluded(difference: Difference) -> str:
    """Say which gains and losses an interval around zero excludes."""
    interval = difference.new_tasks
    if interval is None or interval.low > 0.0 or interval.high < 0.0:
        return ""
    return (
        f" The interval excludes gains above {_size(interval.high)} and losses above"
        f" {_size(interval.low)} points."
    )


def _margin(difference: Difference, settings: StatisticsSettings) -> str:
    """Write the sentence about the one-sided bound and the margin."""
    if difference.at_least is None:
        return ""
    sure = f"With {100.0 * settings.confidence:g} % confidence (one-sided)"
    if settings.margin is not None:
        margin = f"{100.0 * settings.margin:g} points"
        shown = "is" if difference.no_worse else "is not shown to be"
        bound = f"the bound of the difference is {points(difference.at_least)} points"
        return (
            f" {sure} the fine-tuned model {shown} at most {margin} worse than the base: {bound}."
        )
    if difference.distinguishable:
        return ""
    if difference.at_least >= 0.0:
        return f" {sure} the fine-tuned model is not worse than the base."
    bound = f"{_size(difference.at_least)} points"
    return f" {sure} the fine-tuned model is at most {bound} worse than the base, or better."


def _size(value: float) -> str:
    return f"{100.0 * abs(value):.1f}"


def _detectable(difference: Difference, settings: StatisticsSettings) -> str:
    if difference.undeclarable:
        return (
            " There are so few distinct problems that no difference, however large, could have"
            " been declared."
        )
    if difference.minimum_detectable is None:
        return " The task scores do not vary enough to say what could have been detected."
    smallest = f"{100.0 * difference.minimum_detectable:.1f} points"
    return (
        f" The smallest true difference that a run like this would detect with"
        f" {100.0 * settings.power:g} % power is {smallest}."
    )


def noise_sentence(noise: SamplingNoise) -> str:
    """Say how another number of samples per task would change the interval."""
    tasks = "More tasks would narrow it" if noise.share <= 0.5 else "More samples would narrow it"
    others = "1 sample" if noise.other_samples == 1 else f"{noise.other_samples} samples"
    return (
        f"{100.0 * noise.share:.0f} % of the squared error comes from drawing samples. The interval"
        f" is {_size(noise.width)} points wide now; it would be {_size(noise.other_width)} with"
        f" {others} per task, and {_size(noise.endless_width)} with endlessly many. {tasks}."
    )
