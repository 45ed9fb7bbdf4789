"""Several runs in one table and plot: ``evalpkg report A B C``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evalpkg.errors import DataError
from evalpkg.evidence import EvalMetadata, read_metadata
from evalpkg.models import Mode, Role
from evalpkg.reporting import html, markdown
from evalpkg.reporting.figures import TrendPoint, trend_figures
from evalpkg.reporting.format import (
    NOT_AVAILABLE,
    listed,
    p_value,
    plain,
    plural,
    points,
    points_range,
)
from evalpkg.reporting.labels import MODE, ROLE
from evalpkg.reporting.run_files import read_metrics
from evalpkg.reporting.view.cells import Cell, estimate_cell, interval_pair
from evalpkg.reporting.view.differing import differing
from evalpkg.reporting.view.origin import dataset_title, subset_note
from evalpkg.reporting.view.passk import (
    BOTH,
    MetricLine,
    metric_line,
    policy_changes_nothing,
)
from evalpkg.reporting.view.provenance import model_names, warnings
from evalpkg.statistics import Metrics, RoleMetrics, holm
from evalpkg.statistics.checkpoints import CheckpointPair, compare_checkpoints
from evalpkg.store import RunLayout

CAUTION = (
    "Each run compares its own two models on the same tasks. The best of several runs looks better"
    " than it is: choose on one set of tasks, report on another."
)
MOST_PAIRS = 45
"""Pairs listed at most. With more, only those with the first run are listed; all are corrected."""


@dataclass(frozen=True, slots=True)
class Run:
    """The parts of one run that a comparison reads. It does not read the rows."""

    label: str
    metrics: dict[Mode, Metrics]
    metadata: EvalMetadata | None

    def role(self, mode: Mode, role: Role) -> RoleMetrics | None:
        """Metrics of one model, None where it was not run in this mode."""
        metrics = self.metrics.get(mode)
        return metrics.roles.get(role) if metrics else None


@dataclass(frozen=True, slots=True)
class RunTable:
    """One metric in all runs."""

    heading: str
    lines: list[MetricLine]


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two fine-tuned models on their common tasks."""

    name: str
    difference: Cell
    p: str


@dataclass(frozen=True, slots=True)
class CompareView:
    """All runs, ready for a template. The ``parts`` templates use names shared with ``ReportView``.

    Attributes:
        models: label of each run, and the names of its models.
        subset: the part of the data set, empty if every run has all of it.
        points: data of the first table, for the plot.
    """

    scope: str
    sentence: str
    caution: str
    roles: dict[Role, str]
    compared: bool
    confidence: str
    models: list[tuple[str, dict[Role, str]]]
    warnings: list[str]
    tables: list[RunTable]
    labels: list[str]
    points: list[TrendPoint]
    plotted: str
    dataset: str
    subset: str
    pairs_heading: str
    pairs: list[PairLine]
    against_base: list[PairLine]


def read_runs(roots: Sequence[Path]) -> CompareView:
    """Read the metrics of ``roots`` and put them side by side.

    Raises:
        DataError: if a run has no metrics, or the runs' intervals differ in confidence.
    """
    runs = [_read_run(root, label) for root, label in zip(roots, _labels(roots), strict=True)]
    every = [metrics for run in runs for metrics in run.metrics.values()]
    levels = sorted({metrics.settings.confidence for metrics in every})
    if len(levels) > 1:
        said = listed([f"{100 * level:g} %" for level in levels])
        raise DataError(
            f"the runs' intervals differ in confidence: {said}",
            "Run `evalpkg report` on each directory with one version of evalpkg.",
        )
    roles = {r: ROLE[r] for r in Role if any(r in metrics.roles for metrics in every)}
    measured = sorted(
        {(mode, k) for run in runs for mode, m in run.metrics.items() for k in m.k_values},
        key=lambda item: (list(Mode).index(item[0]), item[1]),
    )
    folded = all(policy_changes_nothing(run.metrics) for run in runs)
    tabled = [(mode, k) for mode, k in measured if not (folded and mode is Mode.POLICY)]
    pairs, pairs_heading = _pairs(runs, *measured[0])
    points, plotted = _points(runs, *measured[0])
    return CompareView(
        scope=f"{plural(len(runs), 'run')}: {listed([run.label for run in runs])}",
        sentence=_sentence(runs, *measured[0]),
        caution=CAUTION,
        roles=roles,
        compared=len(roles) == len(Role),
        confidence=f"{100 * levels[0]:g}\u00a0%",
        models=[(run.label, model_names(run.metadata, list(roles))) for run in runs],
        warnings=_all_warnings(runs),
        tables=[
            RunTable(
                f"pass@{k}, {BOTH if folded else MODE[mode]}",
                [_line(run, mode, k, roles) for run in runs],
            )
            for mode, k in tabled
        ],
        labels=[run.label for run in runs],
        points=points,
        plotted=plotted,
        dataset=_dataset(runs),
        subset=_subset(runs),
        pairs=pairs,
        pairs_heading=pairs_heading,
        against_base=_against_base(runs, *measured[0]),
    )


def render_html(view: CompareView) -> str:
    """``comparison.html``: one self-contained file without any script."""
    drawn = trend_figures(view.labels, view.points, view.plotted)
    figure = [Markup(svg) for svg in drawn]  # noqa: S704 - our own SVG
    return html.render("compare.html.j2", view=view, figure=figure)


def render_markdown(view: CompareView) -> str:
    """``comparison.md``: the same numbers."""
    return markdown.render("compare.md.j2", view=view)


def _labels(roots: Sequence[Path]) -> list[str]:
    """Name each run by its directory, with enough parent directories to tell the runs apart."""
    parts = [root.resolve().parts for root in roots]
    if len(set(parts)) < len(parts):
        raise DataError("a run is named twice", "Name each output directory once.")
    depth = 1
    while len({own[-depth:] for own in parts}) < len(parts):
        depth += 1
    return [plain("/".join(own[-depth:])) for own in parts]


def _read_run(root: Path, label: str) -> Run:
    layout = RunLayout(root)
    metrics = {m: read_metrics(layout.metrics(m)) for m in Mode if layout.metrics(m).exists()}
    if not metrics:
        raise DataError(
            f"{root} holds no metrics.json", f"`evalpkg report {root}` computes it from the rows."
        )
    return Run(label, metrics, read_metadata(layout) if layout.metadata.exists() else None)


def _all_warnings(runs: Sequence[Run]) -> list[str]:
    """Collect each run's own warnings, and the differences that make runs incomparable."""
    found = []
    asked = [
        {task.task_id for role in metrics.roles.values() for task in role.per_task}
        for run in runs
        for metrics in (next(iter(run.metrics.values())),)
    ]
    if any(tasks != asked[0] for tasks in asked):
        counts = [f"{run.label} {len(t)}" for run, t in zip(runs, asked, strict=True)]
        found.append(
            f"The runs have different tasks ({', '.join(counts)}), so their levels cannot be"
            " compared with each other."
        )
    found += differing({run.label: run.metadata for run in runs})
    own = {run.label: warnings(run.metadata, run.metrics) for run in runs}
    everywhere = [text for text in own[runs[0].label] if all(text in told for told in own.values())]
    found += [f"Every run: {text}" for text in everywhere]
    return found + [
        f"{label}: {text}" for label, told in own.items() for text in told if text not in everywhere
    ]


def _line(run: Run, mode: Mode, k: int, roles: Sequence[Role] | dict[Role, str]) -> MetricLine:
    """Build one run's line in the table of ``mode`` and ``k``."""
    cells = {}
    for role in roles:
        own = run.role(mode, role)
        estimate = next((p for p in own.pass_at_k if p.k == k), None) if own else None
        cells[role] = estimate_cell(estimate) if estimate else Cell(NOT_AVAILABLE)
    metrics = run.metrics.get(mode)
    differences = metrics.comparison.pass_at_k if metrics and metrics.comparison else ()
    return metric_line(run.label, "", cells, next((d for d in differences if d.k == k), None))


def _sentence(runs: Sequence[Run], mode: Mode, k: int) -> str:
    """Say between which values the difference lies."""
    found = []
    for run in runs:
        metrics = run.metrics.get(mode)
        differences = metrics.comparison.pass_at_k if metrics and metrics.comparison else ()
        found += [(d.value, run.label) for d in differences if d.k == k and d.value is not None]
    where = f"pass@{k}, {MODE[mode]}"
    if not found:
        return f"No run compares its models at {where}."
    (low, lowest), (high, highest) = min(found), max(found)
    if len(found) == 1:
        return f"At {where}, fine-tuned minus base is {points(low)} points in {lowest}."
    if low == high:
        return f"At {where}, fine-tuned minus base is {points(low)} points in all runs."
    return (
        f"At {where}, fine-tuned minus base lies between {points(low)} points in {lowest}"
        f" and {points(high)} in {highest}."
    )


def _points(runs: Sequence[Run], mode: Mode, k: int) -> tuple[list[TrendPoint], str]:
    """Collect the data of the plot: the paired difference of each run from a reference.

    The reference is the run's own base model. If no run has both models, it is the first run's
    fine-tuned model.
    """
    found = []
    for number, run in enumerate(runs):
        metrics = run.metrics.get(mode)
        differences = metrics.comparison.pass_at_k if metrics and metrics.comparison else ()
        own = next((d for d in differences if d.k == k), None)
        if own is not None:
            low, high = interval_pair(own.new_tasks) or (None, None)
            found.append(TrendPoint(number, own.value, low, high))
    if found:
        return found, f"fine-tuned minus base in pass@{k}, {MODE[mode]}, points"
    against_first = [
        TrendPoint(pair.later, pair.value, pair.interval.low, pair.interval.high)
        for pair in _checkpoints(runs, mode)
        if pair.earlier == 0
    ]
    return against_first, f"against {runs[0].label} in pass@1, {MODE[mode]}, points"


def _checkpoints(runs: Sequence[Run], mode: Mode) -> list[CheckpointPair]:
    """Compare the runs' fine-tuned models pair by pair in ``mode``; base models where they lack."""
    own = [run.role(mode, Role.FINETUNED) or run.role(mode, Role.BASE) for run in runs]
    known = [model.per_task for model in own if model is not None]
    metrics = next((m for run in runs for m in (run.metrics.get(mode),) if m), None)
    if len(known) < len(runs) or metrics is None:
        return []
    return compare_checkpoints(known, metrics.settings)


def _pairs(runs: Sequence[Run], mode: Mode, _k: int) -> tuple[list[PairLine], str]:
    """Compare the fine-tuned models with each other."""
    found = _checkpoints(runs, mode)
    shown = found if len(found) <= MOST_PAIRS else [pair for pair in found if pair.earlier == 0]
    lines = [
        PairLine(
            f"{runs[pair.later].label} minus {runs[pair.earlier].label}",
            Cell(points(pair.value), points_range(pair.interval)),
            p_value(pair.p),
        )
        for pair in shown
    ]
    if not found:
        return [], ""
    alpha = next(iter(runs[0].metrics.values())).settings.alpha
    apart = sum(pair.p < alpha for pair in found)
    return lines, (
        f"Fine-tuned models against each other: {apart} of {plural(len(found), 'pair')} differ at"
        f" pass@1, {MODE[mode]}, on {plural(found[0].tasks, 'common task')}"
    )


def _against_base(runs: Sequence[Run], mode: Mode, k: int) -> list[PairLine]:
    """List each run's difference from its base model, with Holm's p over all of these runs."""
    found = []
    for run in runs:
        metrics = run.metrics.get(mode)
        differences = metrics.comparison.pass_at_k if metrics and metrics.comparison else ()
        found += [(run, d, d.p_value) for d in differences if d.k == k and d.p_value is not None]
    if len(found) < 2:
        return []
    adjusted = holm([p for _, _, p in found])
    return [
        PairLine(
            f"{run.label} minus its base model",
            Cell(points(difference.value or 0.0), points_range(difference.new_tasks)),
            p_value(p),
        )
        for (run, difference, _), p in zip(found, adjusted, strict=True)
        if difference.new_tasks is not None
    ]


def _subset(runs: Sequence[Run]) -> str:
    """Name the part of the data set that the runs have; the part of each if they differ."""
    parts = {run.label: subset_note(run.metadata) for run in runs}
    if len(set(parts.values())) == 1:
        return parts[runs[0].label]
    return "; ".join(f"{label} {part or 'has all of it'}" for label, part in parts.items())


def _dataset(runs: Sequence[Run]) -> str:
    """Name the data set of the runs; several names if the runs differ."""
    titles = list(dict.fromkeys(dataset_title(run.metadata, ()) for run in runs))
    return "; ".join(titles)
