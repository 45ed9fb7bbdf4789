"""The content of all reports of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evalpkg.models import Mode, Role
from evalpkg.reporting.figures import PassPoint, TaskDifference
from evalpkg.reporting.format import (
    percent,
    plain,
    plural,
    points,
    points_range,
)
from evalpkg.reporting.labels import MODE, ROLE
from evalpkg.reporting.run_files import RunFiles
from evalpkg.reporting.view import answers, origin, outcomes, passk, provenance
from evalpkg.reporting.view.cells import interval_pair
from evalpkg.reporting.view.untouched import untouched_sentence
from evalpkg.statistics import Metrics, TaskResult, holm_family


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """pass@k on other tasks or with other weights."""

    view: str
    tasks: str
    name: str
    values: dict[Role, str]
    difference: str
    interval: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task: per model, its correct samples among those with a verdict."""

    task_id: str
    entry: str
    category: str
    correct: dict[Role, str]
    difference: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """One run, ready for a template. Texts are plain: a template escapes them."""

    dataset: str
    subset: str
    sampling: str
    limits: str
    scope: str
    modes: dict[Mode, str]
    roles: dict[Role, str]
    models: dict[Role, str]
    answer: passk.Headline
    warnings: list[str]
    omissions: list[str]
    pass_heading: str
    pass_lines: list[passk.MetricLine]
    set_lines: list[passk.MetricLine]
    pass_points: list[PassPoint]
    confidence: str
    rate_lines: list[passk.MetricLine]
    paired_heading: str
    paired_tasks: list[TaskDifference]
    paired_mean: float | None
    paired_interval: tuple[float, float] | None
    answers_heading: str
    answer_lines: list[answers.AnswerLine]
    rule_lines: list[answers.RuleLine]
    verdict_heading: str
    verdict_lines: list[outcomes.VerdictLine]
    error_heading: str
    error_lines: list[outcomes.ErrorLine]
    policy: outcomes.PolicyView
    sensitivity: list[SensitivityRow]
    untouched: str
    errata: list[provenance.Erratum]
    facts: list[provenance.FactGroup]
    tasks: list[TaskRow]

    @property
    def compared(self) -> bool:
        """Tell whether both models were run."""
        return len(self.roles) == len(Role)


def build_view(run: RunFiles, modes: tuple[Mode, ...] | None = None) -> ReportView:
    """Build the content of the reports about ``run``.

    Args:
        run: the run.
        modes: modes to report; all by default.
    """
    metrics = {mode: run.metrics[mode] for mode in modes or run.modes}
    first = next(iter(metrics.values()))
    family = holm_family(run.metrics)
    paired, at_1 = _paired_tasks(run, first), passk.pass_at_1(first)
    return ReportView(
        dataset=origin.dataset_title(run.metadata, run.tasks),
        subset=origin.subset_note(run.metadata),
        sampling=origin.sampling_line(run.metadata),
        limits=origin.limits_line(run.metadata),
        scope=_scope(run, first),
        modes={mode: MODE[mode] for mode in metrics},
        roles={role: ROLE[role] for role in first.roles},
        models=provenance.model_names(run.metadata, list(first.roles)),
        answer=passk.answer(metrics, family),
        warnings=provenance.warnings(run.metadata, run.metrics),
        omissions=provenance.omissions(run.metrics),
        pass_heading=passk.pass_heading(first),
        pass_lines=passk.pass_lines(metrics, family),
        set_lines=passk.set_lines(first),
        pass_points=_pass_points(metrics),
        confidence=f"{100 * first.settings.confidence:g}\u00a0%",
        rate_lines=passk.rate_lines(first),
        paired_heading=passk.paired_heading([t.difference for t in paired]),
        paired_tasks=paired,
        paired_mean=at_1.value if at_1 else None,
        paired_interval=interval_pair(at_1.new_tasks) if at_1 else None,
        answers_heading=answers.answers_heading(first),
        answer_lines=answers.answer_lines(first),
        rule_lines=answers.rule_lines(first),
        verdict_heading=outcomes.verdict_heading(first),
        verdict_lines=outcomes.verdict_lines(first),
        error_heading=outcomes.error_heading(first),
        error_lines=outcomes.error_lines(first),
        policy=outcomes.policy_view(run.metrics),
        sensitivity=_sensitivity(first),
        untouched=untouched_sentence(first),
        errata=provenance.errata(run.tasks),
        facts=provenance.fact_groups(run.metadata, first),
        tasks=_task_rows(run, first),
    )


def _scope(run: RunFiles, metrics: Metrics) -> str:
    """Describe the tasks and the sampling in one line."""
    per_task = max(own.samples_per_task for own in metrics.roles.values())
    uneven = run.metadata.uneven.values() if run.metadata else ()
    fewest = min((count for own in uneven for count in own.values()), default=per_task)
    when = run.metadata.started_at[:10] if run.metadata else ""
    parts = [
        plural(metrics.tasks, "task"),
        f"{f'{fewest:,} to ' if fewest < per_task else ''}{plural(per_task, 'sample')} each",
        plural(len(metrics.roles), "model"),
        plain(when),
    ]
    return " · ".join(part for part in parts if part)


def _pass_points(metrics: Mapping[Mode, Metrics]) -> list[PassPoint]:
    found = []
    for mode, own in metrics.items():
        if mode is Mode.POLICY and passk.policy_changes_nothing(metrics):
            continue
        for role, role_metrics in own.roles.items():
            for p in role_metrics.pass_at_k:
                low, high = interval_pair(p.new_tasks) or (None, None)
                found.append(PassPoint(p.k, mode, role, p.value, low, high))
    return found


def _by_task(metrics: Metrics) -> dict[str, dict[Role, TaskResult]]:
    """Results by task id and model."""
    found: dict[str, dict[Role, TaskResult]] = {}
    for role, own in metrics.roles.items():
        for result in own.per_task:
            found.setdefault(result.task_id, {})[role] = result
    return found


def _paired_tasks(run: RunFiles, metrics: Metrics) -> list[TaskDifference]:
    """List the tasks for which both models have a verdict."""
    results = _by_task(metrics)
    pairs = []
    for task in run.tasks:
        own = results.get(task.task_id, {})
        if len(own) == len(Role) and all(r.n for r in own.values()):
            base, tuned = (own[role].c / own[role].n for role in Role)
            pairs.append(TaskDifference(plain(task.task_id), plain(task.entry_point), base, tuned))
    return pairs


def _task_rows(run: RunFiles, metrics: Metrics) -> list[TaskRow]:
    results = _by_task(metrics)
    differences = {t.task_id: points(t.difference) for t in _paired_tasks(run, metrics)}
    return [
        TaskRow(
            plain(task.task_id),
            plain(task.entry_point),
            plain(task.category),
            {role: f"{r.c}/{r.n}" for role, r in results.get(task.task_id, {}).items()},
            differences.get(plain(task.task_id), "n/a"),
        )
        for task in run.tasks
    ]


def _sensitivity(metrics: Metrics) -> list[SensitivityRow]:
    return [
        SensitivityRow(
            plain(line.view),
            str(line.tasks),
            f"pass@{line.k}",
            {role: percent(line.values.get(role)) for role in metrics.roles},
            points(line.difference),
            points_range(line.interval),
        )
        for line in metrics.sensitivity
    ]
