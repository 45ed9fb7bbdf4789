"""Verification with everything that can be done again: extraction, policy, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.extraction import extract
from evalpkg.models import Extraction, Task, Verdict
from evalpkg.policy import load_policy
from evalpkg.reporting import markdown_reports
from evalpkg.results.layout import RunLayout
from evalpkg.results.metadata import read_metadata
from evalpkg.results.recheck import Rechecks, Violations
from evalpkg.results.report import Report
from evalpkg.results.rows import read_tasks
from evalpkg.results.verify import verify_run

if TYPE_CHECKING:
    from evalpkg.scoring import Scorer


def verify_with_rechecks(
    root: Path, rescore: int, seed: int, sandbox_mode: str, verify_key: Path | None
) -> Report:
    """Check a run, with extraction and policy repeated and ``rescore`` samples judged again.

    Raises:
        ConfigError: if there is no such directory, or the key cannot be used.
        SandboxUnavailableError: if samples are to be judged and no sandbox confines.
        DataError: if samples are to be judged and the run's tasks or metadata cannot be read.
    """
    again = Rechecks(extract=extract, violations=_violations())
    if not rescore:
        return verify_run(
            root, verify_key=verify_key, rechecks=again, render_reports=markdown_reports
        )
    from evalpkg.scoring import Scorer, ScoringSettings

    layout = RunLayout(root)
    told = read_metadata(layout).arguments
    settings = ScoringSettings(
        sandbox_mode=sandbox_mode,
        timeout_s=told["timeout"],
        compile_timeout_s=told["compile_timeout"],
        memory_mb=told["memory_mb"],
        output_kb=told["output_kb"],
        edition=told["edition"],
    )
    scorer = Scorer(settings, read_tasks(layout.tasks))
    try:
        rechecks = Rechecks(
            again.extract, again.violations, lambda items: _judge(scorer, items), rescore, seed
        )
        return verify_run(
            root, verify_key=verify_key, rechecks=rechecks, render_reports=markdown_reports
        )
    finally:
        scorer.close()


def _violations() -> Violations | None:
    """The policy, or None on a machine that has no copy of it and cannot fetch one."""
    try:
        return load_policy("sigilderg").violations
    except EnvironmentUnfitError:
        return None


def _judge(scorer: Scorer, items: Sequence[tuple[Task, Extraction]]) -> Sequence[Verdict]:
    """One verdict for each item, in their order."""
    verdicts: dict[int, Verdict] = {}

    def keep(position: int, verdict: Verdict, _cached: bool) -> None:
        verdicts[position] = verdict

    scorer.judge(items, keep)
    return [verdicts[position] for position in range(len(items))]
