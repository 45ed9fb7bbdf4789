"""Verification with everything that can be done again: extraction, policy, verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.evidence.metadata import read_metadata
from evalpkg.extraction import extract
from evalpkg.policy import load_policy
from evalpkg.reporting import render_reports
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import read_tasks
from evalpkg.verify import verify_run
from evalpkg.verify.check import Check, Report
from evalpkg.verify.recheck import Rechecks

if TYPE_CHECKING:
    from evalpkg.scoring import ScoringSettings


def verify_with_rechecks(
    root: Path,
    rescore: int,
    seed: int,
    sandbox_mode: str,
    verify_key: Path | None,
    say: Callable[[str], None],
    tell: Callable[[Check], None] | None = None,
) -> Report:
    """Check a run, with reports, extraction and policy made again and ``rescore`` verdicts.

    Args:
        root: output directory of a run.
        rescore: how many samples to judge again, drawn at random.
        seed: of that draw.
        sandbox_mode: for the samples that are judged again.
        verify_key: public key (PEM) that must have signed the manifest.
        say: told what could not be done again here, and why.
        tell: given each check as soon as it is made.

    Raises:
        ConfigError: if there is no such directory, or the key cannot be used.
        SandboxUnavailableError: if samples are to be judged and no sandbox confines.
        DataError: if samples are to be judged and the run's tasks or metadata cannot be read.
    """
    violations = None
    try:
        violations = load_policy("sigilderg").violations
    except EnvironmentUnfitError as error:
        say(f"the policy is not applied again: {error.cause}")
    again = Rechecks(extract=extract, violations=violations)
    if not rescore:
        return _verify(root, verify_key, again, tell)
    from evalpkg.scoring import Scorer

    layout = RunLayout(root)
    with Scorer(_settings_of(layout, sandbox_mode), read_tasks(layout.tasks)) as scorer:
        again = replace(again, judge=scorer.judge_all, rescore=rescore, seed=seed)
        return _verify(root, verify_key, again, tell)


def _verify(
    root: Path,
    verify_key: Path | None,
    rechecks: Rechecks,
    tell: Callable[[Check], None] | None,
) -> Report:
    return verify_run(
        root,
        verify_key=verify_key,
        render_reports=render_reports,
        rechecks=rechecks,
        tell=tell,
    )


def _settings_of(layout: RunLayout, sandbox_mode: str) -> ScoringSettings:
    """The limits that the run says it was judged under.

    Raises:
        DataError: if the metadata cannot be read or lack a limit.
    """
    from evalpkg.scoring import ScoringSettings

    told = read_metadata(layout).arguments
    try:
        return ScoringSettings(
            sandbox_mode=sandbox_mode,
            timeout_s=float(told["timeout"]),
            compile_timeout_s=float(told["compile_timeout"]),
            memory_mib=int(told["memory_mib"]),
            output_kib=int(told["output_kib"]),
            edition=told["edition"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{layout.metadata}: the arguments lack a limit ({error!r})") from error
