"""Explains a completion's verdict: extraction step by step, the program, the verdict."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalpkg.errors import ConfigError, DataError
from evalpkg.extraction import Step, Trace, extract
from evalpkg.models import Extraction, Role, Task, Verdict
from evalpkg.pipeline.verify import settings_of
from evalpkg.samples import read_recorded
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.store import RunLayout, SampleLog, VerdictLog, read_tasks


@dataclass(frozen=True, slots=True)
class Asked:
    """One completion.

    Attributes:
        task: the task that it answers.
        completion: the model's text.
        recorded: the verdict that a run recorded; empty if there is none.
    """

    task: Task
    completion: str
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One completion, and everything that was derived from it.

    Attributes:
        task: the task that it answers.
        completion: the model's text.
        steps: what extraction did, in order.
        work: steps of work that reading the answer took (``extraction/budget.py`` limits them).
        extraction: the program that was found.
        verdict: the verdict on that program.
        recorded: the verdict that a run recorded; empty if there is none.
    """

    task: Task
    completion: str
    steps: tuple[Step, ...]
    work: int
    extraction: Extraction
    verdict: Verdict
    recorded: str = ""


def answer_of_file(path: Path, row: int, tasks: Sequence[Task]) -> Asked:
    """Return the answer in row ``row`` of a file, counted from 1.

    Raises:
        DataError: if there is no such row.
    """
    asked = {task.task_id for task in tasks}
    rows = read_recorded([str(path)], tasks, asked, packed=True).rows
    if not 1 <= row <= len(rows):
        raise DataError(f"{path} has no row {row}", f"It has rows 1 to {len(rows)}.")
    by_id = {task.task_id: task for task in tasks}
    return Asked(by_id[rows[row - 1]["task_id"]], rows[row - 1]["completion"])


def answer_of_run(root: Path, role: Role | None, task_id: str, index: int) -> Asked:
    """Return one sample of a run.

    ``role`` may be None where the run has one model.

    Raises:
        ConfigError: if the run has two models and ``role`` is None.
        DataError: if the run has no such sample.
    """
    layout = RunLayout(root)
    tasks = {task.task_id: task for task in read_tasks(layout.tasks)}
    samples = SampleLog(layout.samples_log).by_key()
    roles = {key[0] for key in samples} if role is None else {role}
    if len(roles) > 1:
        raise ConfigError(
            f"{root} has samples of two models", "Say which: --role base or --role finetuned."
        )
    sample = next((s for r in roles if (s := samples.get((r, task_id, index)))), None)
    if task_id not in tasks or sample is None:
        by = f" by the {role.in_words} model" if role else ""
        raise DataError(
            f"{root} has no sample {index} of {task_id!r}{by}",
            "Its samples are in work/samples.jsonl, its tasks in tasks.jsonl.",
        )
    judged = VerdictLog(layout.verdicts_log).by_key(samples).get(sample.key)
    return Asked(tasks[task_id], sample.completion, judged.verdict if judged else "")


def limits_of_run(root: Path, settings: ScoringSettings) -> ScoringSettings:
    """Return ``settings`` with the limits of a run, or as they are for a run that has not ended."""
    layout = RunLayout(root)
    if not layout.metadata.exists():
        return settings
    recorded = settings_of(layout, settings.sandbox_mode, settings.crates)
    return replace(recorded, workers=settings.workers)


def explain(answer: Asked, settings: ScoringSettings) -> Explanation:
    """Extract and judge an answer again, and record every step.

    Raises:
        EnvironmentUnfitError: as ``Scorer``.
    """
    trace, task, completion = Trace(), answer.task, answer.completion
    extraction = extract(task, completion, trace)
    with Scorer(settings, [task]) as scorer:
        verdict = scorer.judge_all([(task, extraction)])[0]
    steps = tuple(trace.steps)
    return Explanation(task, completion, steps, trace.work, extraction, verdict, answer.recorded)


def as_json(explained: Explanation) -> str:
    """Return the explanation as one JSON object."""
    return json.dumps(
        {
            "task_id": explained.task.task_id,
            "entry_point": explained.task.entry_point,
            "completion": explained.completion,
            "steps": [{"what": s.what, "outcome": s.outcome} for s in explained.steps],
            "work": explained.work,
            "extraction_rule": explained.extraction.rule,
            "program": explained.extraction.source,
            "main_free": explained.extraction.main_free,
            "verdict": explained.verdict.kind,
            "recorded_verdict": explained.recorded or None,
            "compile_ok": explained.verdict.compile_ok,
            "error_code": explained.verdict.error_code,
            "detail": explained.verdict.detail,
            "program_sha256": explained.verdict.program_sha256,
        },
        indent=2,
    )
