"""The real scorer for a handful of programs."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.models import Extraction, Task, Verdict
from evalpkg.scoring import Scorer, ScoringSettings
from tests.redteam import corpus

LIMIT_S = 3.0


def named(*names: str) -> list[tuple[Task, Extraction]]:
    """Cases of the corpus by name."""
    cases = {case.name: case for case in (*corpus.hostile(), *corpus.honest())}
    return [(cases[name].task, cases[name].extraction()) for name in names]


def program(task_id: str, source: str) -> tuple[Task, Extraction]:
    """A program of one's own for a task of the corpus."""
    return corpus.tasks()[task_id], Extraction(source, "corpus")


def canonical(task_id: str, note: str = "") -> tuple[Task, Extraction]:
    """A task's own solution; ``note`` makes it another program."""
    task = corpus.tasks()[task_id]
    return program(task_id, f"{task.prompt}\n{task.canonical_solution}\n// {note}\n")


def judge(
    items: Sequence[tuple[Task, Extraction]],
    sandbox: str = "auto",
    compile_s: float = LIMIT_S,
    run_s: float = LIMIT_S,
) -> list[Verdict]:
    """The verdict of each, judged together."""
    settings = ScoringSettings(
        sandbox_mode=sandbox,
        timeout_s=run_s,
        compile_timeout_s=compile_s,
        workers=1,
        cache=None,
    )
    scorer = Scorer(settings, list(corpus.tasks().values()))
    try:
        return scorer.judge_all(items)
    finally:
        scorer.close()


def kinds(items: Sequence[tuple[Task, Extraction]]) -> list[str]:
    """The verdicts' names."""
    return [verdict.kind.value for verdict in judge(items)]
