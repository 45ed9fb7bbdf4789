"""Does ``verify`` find a tampering?"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from evalpkg.config import EvalConfig
from evalpkg.evidence.metadata import read_metadata
from evalpkg.extraction import extract
from evalpkg.pipeline.regenerate import Weights, regeneration
from evalpkg.pipeline.verify import known_sets, refusal
from evalpkg.policy import load_policy
from evalpkg.reporting import render_reports
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.scoring.subject import program_digest
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import read_tasks
from evalpkg.verify import verify_run
from evalpkg.verify.check import Report
from evalpkg.verify.recheck import Rechecks
from tests.tampering.tamperings import Needs, Tampering

EVERY = 10_000


def checked(root: Path, *, needs: Needs = Needs.NOTHING, pages: bool = False) -> Report:
    """Run ``verify``; judge or generate every sample again if that is needed.

    Args:
        root: the run.
        needs: what to do again.
        pages: make the reports again; they take seconds.
    """
    again = Rechecks(
        extract=extract,
        violations=load_policy("sigilderg").violations,
        known_sets=known_sets(()),
        bound=tuple(name for name in EvalConfig.model_fields if EvalConfig.binds(name)),
        refusal=refusal,
        digest=program_digest,
        rescore=EVERY if needs is Needs.RESCORE else 0,
        regenerate=EVERY if needs is Needs.REGENERATE else 0,
    )
    with ExitStack() as stack:
        if needs is Needs.RESCORE:
            tasks = read_tasks(RunLayout(root).tasks)
            scorer = stack.enter_context(Scorer(ScoringSettings(workers=1), tasks))
            rustc = scorer.provenance().rustc
            again = replace(again, judge=scorer.judge_all, rustc=rustc)
        made_by = None
        if needs is Needs.REGENERATE:
            told = read_metadata(RunLayout(root))
            made_by = stack.enter_context(regeneration(told, Weights(), lambda _: None))
        render = render_reports if pages else None
        return verify_run(root, render_reports=render, rechecks=again, made_by=made_by)


def complaints(run: Path, tampering: Tampering, place: Path) -> dict[str, tuple[str, ...]]:
    """Return the complaints of ``verify`` about a tampered copy of ``run``, by check.

    Args:
        run: an honest run.
        tampering: what to do to its copy.
        place: where the copy is made; whatever is there is removed.
    """
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(run, place, ignore=shutil.ignore_patterns("work"))
    tampering.apply(place)
    report = checked(place, needs=tampering.needs, pages=tampering.found_by == "reports")
    return {
        check.name: check.problems + check.left_out
        for check in report.checks
        if not check.ok or check.left_out
    }
