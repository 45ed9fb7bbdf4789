"""One log per model, for ``inspect view``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalMetric,
    EvalResults,
    EvalSample,
    EvalScore,
    EvalSpec,
    write_eval_log,
)
from inspect_ai.model import ModelOutput, ModelUsage, StopReason
from inspect_ai.scorer import Score

from evalpkg.export.tables import clean, model_name, role_estimates, settings_of, tokens_known
from evalpkg.models import UNJUDGED, Mode, Role, Row
from evalpkg.reporting.run_files import RunFiles

SCORER = "evalpkg"
STOP_REASONS: Mapping[str, StopReason] = {
    "stop": "stop",
    "length": "max_tokens",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
}
"""Inspect's words for the ends of answers."""


def write(run: RunFiles, target: Path) -> list[Path]:
    """Write one log per model, and return their paths. Each mode is a score of its own."""
    written = []
    for role in run.roles:
        path = target / f"{role.value}.eval"
        write_eval_log(_log(run, role), str(path))
        written.append(path)
    return written


def _log(run: RunFiles, role: Role) -> EvalLog:
    rows, about = run.rows[role], run.metadata
    name = clean(model_name(run, role))
    judged = sum(row.verdict not in UNJUDGED for row in rows)
    return EvalLog(
        status="success",
        eval=EvalSpec(
            created=about.started_at if about else "1970-01-01T00:00:00Z",
            task="evalpkg",
            dataset=EvalDataset(
                name=about.dataset.source if about else None,
                samples=len(run.tasks),
                sample_ids=[clean(task.task_id) for task in run.tasks],
            ),
            model=name,
            config=EvalConfig(epochs=max((row.index + 1 for row in rows), default=1)),
            metadata=settings_of(run),
        ),
        results=EvalResults(
            total_samples=len(rows),
            completed_samples=judged,
            scores=[
                EvalScore(name=_score_name(mode), scorer=SCORER, metrics=_metrics(run, mode, role))
                for mode in run.modes
            ],
        ),
        samples=list(_samples(run, role, name)),
    )


def _metrics(run: RunFiles, mode: Mode, role: Role) -> dict[str, EvalMetric]:
    found = {}
    for name, estimate in role_estimates(run, mode, role):
        for label, value in ((name, estimate.value), (f"{name}_stderr", estimate.standard_error)):
            if value is not None:
                found[label] = EvalMetric(name=label, value=value)
    return found


def _samples(run: RunFiles, role: Role, model: str) -> Iterator[EvalSample]:
    tasks = {task.task_id: task for task in run.tasks}
    views = {mode: run.passed[mode][role] for mode in run.modes}
    for number, row in enumerate(run.rows[role]):
        task = tasks[row.task_id]
        yield EvalSample(
            id=clean(row.task_id),
            epoch=row.index + 1,
            input=clean(task.prompt),
            target=clean(task.canonical_solution),
            output=_output(row, model),
            scores={
                _score_name(mode): _score(row, passed=flags[number])
                for mode, flags in views.items()
                if row.verdict not in UNJUDGED
            },
            metadata={"verdict": row.verdict.value, "extraction_rule": row.extraction_rule},
        )


def _output(row: Row, model: str) -> ModelOutput:
    reason = STOP_REASONS.get(row.finish_reason, "unknown")
    output = ModelOutput.from_content(model, clean(row.completion), stop_reason=reason)
    if tokens_known(row):
        output.usage = ModelUsage(
            input_tokens=row.prompt_tokens,
            output_tokens=row.completion_tokens,
            total_tokens=row.prompt_tokens + row.completion_tokens,
        )
    return output


def _score(row: Row, *, passed: bool) -> Score:
    more: dict[str, Any] = {"error_code": row.error_code, "program_sha256": row.program_sha256}
    if row.policy_violations:
        more["policy_violations"] = list(row.policy_violations)
    return Score(
        value="C" if passed else "I",
        answer=None if row.source is None else clean(row.source),
        explanation=clean(
            f"{row.verdict.value}: {row.detail}" if row.detail else row.verdict.value
        ),
        metadata=more,
    )


def _score_name(mode: Mode) -> str:
    return mode.value.replace("-", "_")
