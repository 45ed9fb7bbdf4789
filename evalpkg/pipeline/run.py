"""``evalpkg run``: the stages of an evaluation in their order, each doing only what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from evalpkg.config import EvalConfig
from evalpkg.generation import require_packages
from evalpkg.pipeline.finalise import finalise, write_unfinished
from evalpkg.pipeline.generate import generate_missing, missing_samples
from evalpkg.pipeline.score import RunScoring
from evalpkg.pipeline.self_check import self_check
from evalpkg.pipeline.session import Session
from evalpkg.pipeline.stage_settings import scoring_settings
from evalpkg.reporting.progress import Progress
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import Coverage


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The work of one session.

    Attributes:
        generated: samples written by this session.
        judged: samples judged by this session.
        coverage: what the run has, and what it lacks.
    """

    layout: RunLayout
    generated: int
    judged: int
    coverage: Coverage


def run_evaluation(config: EvalConfig) -> RunOutcome:
    """Generate, judge and report whatever is still missing in the output directory.

    Raises:
        ConfigError: if a value cannot be used, or the directory belongs to another run.
        DataError: if tasks, samples or logs cannot be read.
        EnvironmentUnfitError: if this machine lacks something.
        GateError: if the self-check failed and nobody allowed that.
    """
    with Session(config) as session, session.progress() as progress:
        generated, judged = _work(session, progress)
        progress.phase("writing results", 0)
        covered = finalise(session, worked=bool(generated or judged))
        session.log.info("generated %d, judged %d samples", generated, judged)
    return RunOutcome(session.layout, generated, judged, covered)


def generate_only(config: EvalConfig) -> RunOutcome:
    """The generation stage of a run alone.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``run_evaluation``.
    """
    with Session(config) as session, session.progress() as progress:
        generated = generate_missing(session, progress)
        lacking = tuple(missing_samples(session))
    return RunOutcome(session.layout, generated, 0, Coverage(lacking, (), ()))


def _work(session: Session, progress: Progress) -> tuple[int, int]:
    """Everything that is missing; how many samples were generated and judged."""
    if missing_samples(session):
        require_packages(session.config.backend)
    elif not RunScoring(session).missing():
        progress.note("nothing to generate or judge: all of it is there")
        return 0, 0
    # Before any model is loaded: its processes start small, and a machine that cannot judge is
    # found out before it has generated for hours.
    from evalpkg.scoring import Scorer

    with Scorer(scoring_settings(session.config), session.tasks.tasks) as scorer:
        session.facts.self_check = self_check(
            scorer, session.tasks.tasks, session.config.allow_failed_gate, progress
        )
        session.facts.save()
        begun = partial(write_unfinished, session, scorer.provenance())
        generated = generate_missing(session, progress, begun)
        begun()
        judged = RunScoring(session).run(scorer, progress)
    return generated, judged
