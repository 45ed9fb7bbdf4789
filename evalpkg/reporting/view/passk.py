"""pass@k and the rates of both models, and the answer that follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalpkg.models import Mode, Role
from evalpkg.reporting.format import (
    NOT_AVAILABLE,
    p_value,
    percent,
    percent_range,
    plain,
    plural,
    points,
    points_range,
    typeset,
)
from evalpkg.reporting.labels import MODE, ROLE
from evalpkg.reporting.view.cells import Cell, difference_cell, estimate_cell
from evalpkg.statistics import Difference, HolmFamily, Metrics, RoleMetrics, noise_sentence

BOTH = "with and without policy"


@dataclass(frozen=True, slots=True)
class Headline:
    """The first sentences that a reader sees.

    Attributes:
        sentence: the answer, in one sentence with its interval.
        rest: further sentences that belong to the answer.
    """

    sentence: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One line of a table that compares the models.

    Attributes:
        name: the metric.
        mode: the mode, empty if the mode changes nothing.
        cells: one per model of the run.
        difference: ``n/a`` if the run has only one model.
        p: p-value of the difference.
        adjusted: p-value by Holm over all pass@k of the run, empty for other metrics.
        detectable: smallest difference that could have been detected, in points.
        primary: True for the endpoint that was named before the run.
    """

    name: str
    mode: str
    cells: dict[Role, Cell]
    difference: Cell
    p: str = NOT_AVAILABLE
    adjusted: str = ""
    detectable: str = NOT_AVAILABLE
    primary: bool = False


def answer(metrics: Mapping[Mode, Metrics], family: HolmFamily) -> Headline:
    """Write the answer for the first mode in ``metrics``.

    Args:
        metrics: metrics of the reported modes.
        family: Holm's family of the whole run.
    """
    mode, first = next(iter(metrics.items()))
    if first.comparison is None:
        return _answer_of_one(first, next(iter(first.roles.values())))
    chosen = first.comparison.pass_at_k[0]
    parts = re.split(r"(?<=\.) (?=[A-Z])", typeset(chosen.sentence))
    rest = list(parts[1:])
    primary = f"pass@{family.primary_k}, {MODE[family.primary_mode]}"
    if (mode, chosen.k) == (family.primary_mode, family.primary_k):
        rest.append(f"This is the primary endpoint: {primary}.")
        if chosen.distinguishable and chosen.minimum_detectable is not None:
            rest.append(_power(first, chosen))
    else:
        where = "in the other report" if family.primary_p is not None else "not part of this run"
        rest.append(f"The primary endpoint, {primary}, is {where}.")
    if chosen.noise is not None:
        rest.append(typeset(noise_sentence(chosen.noise)))
    return Headline(parts[0], tuple(rest))


def _power(metrics: Metrics, difference: Difference) -> str:
    smallest = points(difference.minimum_detectable).lstrip("+")
    return (
        f"With {100 * metrics.settings.power:g}\u00a0% power a run like this would detect a"
        f" difference of {smallest} points."
    )


def _answer_of_one(metrics: Metrics, only: RoleMetrics) -> Headline:
    chosen = only.pass_at_k[0]
    who = f"The {ROLE[only.role].lower()} model"
    other = next(role for role in Role if role is not only.role)
    rest = (f"The {ROLE[other].lower()} model was not part of this run: nothing is compared.",)
    if chosen.value is None:
        return Headline(f"{who} has no pass@{chosen.k}: {chosen.reason}.", rest)
    level = f"{100 * metrics.settings.confidence:g}\u00a0% interval"
    interval = percent_range(chosen.new_tasks)
    within = f" ({level} {interval})" if interval else ""
    sentence = f"{who} solves {percent(chosen.value)} of the tasks at pass@{chosen.k}{within}."
    return Headline(sentence, rest)


def pass_lines(metrics: Mapping[Mode, Metrics], family: HolmFamily) -> list[MetricLine]:
    """Build a line for each mode in ``metrics`` and each k. ``family`` is of the whole run.

    If the policy changes no number, one line is for both modes.
    """
    folded = policy_changes_nothing(metrics)
    adjusted = {(m.mode, m.k): p_value(m.adjusted) for m in family.members}
    lines = []
    for mode, own in metrics.items():
        if folded and mode is Mode.POLICY:
            continue
        differences = own.comparison.pass_at_k if own.comparison else (None,) * len(own.k_values)
        for i, k in enumerate(own.k_values):
            cells = {role: estimate_cell(r.pass_at_k[i]) for role, r in own.roles.items()}
            lines.append(
                metric_line(
                    f"pass@{k}",
                    BOTH if folded else MODE[mode],
                    cells,
                    differences[i],
                    adjusted.get((mode, k), ""),
                    (mode, k) == (family.primary_mode, family.primary_k),
                )
            )
    return lines


def set_lines(metrics: Metrics) -> list[MetricLine]:
    """Build the lines of each task set, then of all together; empty if there is one set."""
    lines = []
    for result in metrics.sets:
        title = f"{plain(result.dataset)}, {plural(result.tasks, 'task')}"
        differences = result.differences or (None,) * len(metrics.k_values)
        for i, k in enumerate(metrics.k_values):
            cells = {role: estimate_cell(own.pass_at_k[i]) for role, own in result.roles.items()}
            found = differences[i]
            value = found.value if found else None
            interval = points_range(found.interval) if found else ""
            lines.append(MetricLine(f"pass@{k}", title, cells, Cell(points(value), interval)))
    if not lines:
        return []
    title = f"all together, {plural(metrics.tasks, 'task')}"
    every = metrics.comparison.pass_at_k if metrics.comparison else (None,) * len(metrics.k_values)
    for i, k in enumerate(metrics.k_values):
        cells = {role: estimate_cell(own.pass_at_k[i]) for role, own in metrics.roles.items()}
        lines.append(metric_line(f"pass@{k}", title, cells, every[i]))
    return lines


def rate_lines(metrics: Metrics) -> list[MetricLine]:
    """Build the lines of compile rate and main-free rate, which are equal in all modes."""
    compared = metrics.comparison
    return [
        metric_line(
            "compile rate",
            "",
            {role: estimate_cell(own.compile_rate) for role, own in metrics.roles.items()},
            compared.compile_rate if compared else None,
        ),
        metric_line(
            "main-free rate",
            "",
            {role: estimate_cell(own.main_free_rate) for role, own in metrics.roles.items()},
            compared.main_free_rate if compared else None,
        ),
    ]


def metric_line(
    name: str,
    mode: str,
    cells: dict[Role, Cell],
    difference: Difference | None,
    adjusted: str = "",
    primary: bool = False,
) -> MetricLine:
    """Build the line of one metric.

    Args:
        name: the metric.
        mode: the mode, empty if the mode changes nothing.
        cells: one per model of the run.
        difference: None if the run has only one model.
        adjusted: p-value by Holm, empty if the metric is not part of the family.
        primary: True for the endpoint that was named before the run.
    """
    if difference is None:
        return MetricLine(name, mode, cells, Cell(NOT_AVAILABLE), primary=primary)
    return MetricLine(
        name,
        mode,
        cells,
        difference_cell(difference),
        p_value(difference.p_value),
        adjusted,
        _detectable(difference),
        primary,
    )


def policy_changes_nothing(metrics: Mapping[Mode, Metrics]) -> bool:
    """Tell whether both modes were run and every pass@k and difference is the same in both."""
    if len(metrics) < len(Mode):
        return False
    one, two = (
        (
            {role: own.pass_at_k for role, own in m.roles.items()},
            [d.model_copy(update={"sentence": ""}) for d in m.comparison.pass_at_k]
            if m.comparison
            else None,
        )
        for m in metrics.values()
    )
    return one == two


def _detectable(difference: Difference) -> str:
    return "none" if difference.undeclarable else points(difference.minimum_detectable).lstrip("+")


def pass_heading(metrics: Metrics) -> str:
    """Summarise pass@k in one line."""
    k = metrics.k_values[0]
    said = [
        f"{ROLE[role].lower()} {percent(own.pass_at_k[0].value)}"
        for role, own in metrics.roles.items()
    ]
    return f"pass@{k}: {', '.join(said)}"


def pass_at_1(metrics: Metrics) -> Difference | None:
    """Return the difference in pass@1; None if only one model ran or no k is 1."""
    every = metrics.comparison.pass_at_k if metrics.comparison else ()
    return next((difference for difference in every if difference.k == 1), None)


def paired_heading(differences: Sequence[float]) -> str:
    """Compare the models task by task.

    Args:
        differences: fine-tuned minus base of each task that has samples of both models.
    """
    if not differences:
        return "The tasks cannot be compared one by one"
    won, lost = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    tied = len(differences) - won - lost
    return f"Fine-tuned ahead on {plural(won, 'task')}, behind on {lost}, level on {tied}"
