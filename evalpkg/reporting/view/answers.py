"""The lengths and ends of the answers, and the warning that answers were cut."""

from __future__ import annotations

from dataclasses import dataclass

from evalpkg.models import Role
from evalpkg.reporting.format import NOT_AVAILABLE, count, percent, plain, points
from evalpkg.reporting.labels import ROLE
from evalpkg.reporting.view.cells import Cell, difference_cell, estimate_cell
from evalpkg.statistics import Difference, Estimate, Metrics, TokenDifference

CUT_WARNING = 0.05
"""Share of cut answers from which the report warns."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One property of the answers. ``difference`` is in the unit that ``name`` says."""

    name: str
    cells: dict[Role, Cell]
    difference: Cell


@dataclass(frozen=True, slots=True)
class RuleLine:
    """The number of programs that one extraction rule found."""

    rule: str
    counts: dict[Role, str]


def answer_lines(metrics: Metrics) -> list[AnswerLine]:
    """Build the lines about the ends of the answers, distinct programs, and lengths."""
    compared = metrics.comparison
    shares = (
        ("cut at the token limit", "ended_by_length"),
        ("empty", "empty"),
        ("distinct programs among a task's samples", "distinct_programs"),
    )
    lines = [
        AnswerLine(
            name,
            {role: _share(metrics, role, field) for role in metrics.roles},
            difference_cell(getattr(compared, field)) if compared else Cell(NOT_AVAILABLE),
        )
        for name, field in shares
    ]
    tokens = compared.completion_tokens if compared else None
    return [*lines, AnswerLine("tokens per answer", _tokens(metrics), _token_difference(tokens))]


def _share(metrics: Metrics, role: Role, field: str) -> Cell:
    found: Estimate = getattr(metrics.roles[role].answers, field)
    return Cell(NOT_AVAILABLE, note=found.reason) if found.value is None else estimate_cell(found)


def _tokens(metrics: Metrics) -> dict[Role, Cell]:
    cells = {}
    for role, own in metrics.roles.items():
        t = own.answers.tokens
        if t.mean is None or t.median is None or t.longest is None:
            cells[role] = Cell(NOT_AVAILABLE)
            continue
        lengths = f"median {t.median:,.0f}, longest {t.longest:,}"
        cells[role] = Cell(f"{t.mean:,.0f}", note=lengths)
    return cells


def _token_difference(tokens: TokenDifference | None) -> Cell:
    if tokens is None or tokens.value is None:
        return Cell(NOT_AVAILABLE)
    interval = tokens.new_tasks
    said = f"{_signed(interval.low)} to {_signed(interval.high)}" if interval else ""
    return Cell(_signed(tokens.value), said)


def _signed(value: float) -> str:
    return f"{value:+,.0f}".replace("-", "\u2212") if round(value) else "0"


def rule_lines(metrics: Metrics) -> list[RuleLine]:
    """List the extraction rules, the most frequent first."""
    known = {
        role: {found.rule: found.count for found in own.answers.extraction_rules}
        for role, own in metrics.roles.items()
    }
    total = {rule: 0 for own in known.values() for rule in own}
    for own in known.values():
        for rule, number in own.items():
            total[rule] += number
    return [
        RuleLine(
            plain(rule) or "(none named)",
            {role: count(own.get(rule, 0)) for role, own in known.items()},
        )
        for rule in sorted(total, key=lambda rule: (-total[rule], rule))
    ]


def answers_heading(metrics: Metrics) -> str:
    """Count the answers that were cut, in one line."""
    if all(own.answers.ended_by_length.value is None for own in metrics.roles.values()):
        return "Answers: how they ended is not recorded"
    said = [
        f"{ROLE[role].lower()} {percent(own.answers.ended_by_length.value)}"
        for role, own in metrics.roles.items()
    ]
    return f"Answers cut at the token limit: {', '.join(said)}"


def cut_warnings(metrics: Metrics) -> list[str]:
    """Warn if many answers were cut at the limit."""
    cut = {role: own.answers.ended_by_length.value or 0.0 for role, own in metrics.roles.items()}
    if max(cut.values()) < CUT_WARNING:
        return []
    said = ", ".join(f"{ROLE[role].lower()} {percent(share)}" for role, share in cut.items())
    text = f"Answers were cut at the token limit: {said}."
    difference = metrics.comparison.ended_by_length if metrics.comparison else None
    return [f"{text}{_meaning(difference)} Raise --max-new-tokens to avoid cuts."]


def _meaning(difference: Difference | None) -> str:
    if difference is None or difference.value is None:
        return " An answer cut inside its program fails, even if the model could solve the task."
    apart = f" The difference is {points(difference.value)} points."
    return (
        f"{apart} An answer cut inside its program fails, so a model that only learnt to stop looks"
        " more skilled."
    )
