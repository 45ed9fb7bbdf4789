"""``evalpkg run``: the stages of an evaluation in order; each does only what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from evalpkg.config import EvalConfig
from evalpkg.generation import Generated, require_engine
from evalpkg.pipeline.finalise import finalise, write_unfinished, write_verdicts
from evalpkg.pipeline.generate import Taker, generate_missing
from evalpkg.pipeline.given import Given
from evalpkg.pipeline.overlap import Overlap
from evalpkg.pipeline.run_samples import RunSamples
from evalpkg.pipeline.score import RunScoring
from evalpkg.pipeline.session import Session
from evalpkg.pipeline.stage_settings import generation_settings
from evalpkg.pipeline.workshop import Workshop
from evalpkg.reporting.progress import Progress
from evalpkg.store import Coverage, RunLayout


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The result of one session.

    Attributes:
        layout: the run's files.
        generated: samples written by this session.
        judged: samples judged by this session.
        coverage: samples that the run has and lacks.
    """

    layout: RunLayout
    generated: int
    judged: int
    coverage: Coverage


def run_evaluation(
    config: EvalConfig,
    workshop: Workshop | None = None,
    given: Given | None = None,
    *,
    verdicts_only: bool = False,
) -> RunOutcome:
    """Generate, judge and report everything that the output directory lacks.

    Args:
        config: configuration of the run.
        workshop: scorer and backend shared with other rounds; None for new ones.
        given: tasks and samples that were read already; None to read those that ``config`` names.
        verdicts_only: skip the self-check, and everything that is derived from verdicts.

    Raises:
        ConfigError: if a value cannot be used, or the directory belongs to another run.
        DataError: if tasks, samples or logs cannot be read.
        EnvironmentUnfitError: if this machine lacks something.
        GateError: if the self-check failed and the user did not allow that.
    """
    with (
        Session(config, given) as session,
        session.progress() as progress,
        nullcontext(workshop) if workshop else Workshop() as shop,
    ):
        generated, judged, scoring = _work(
            session, progress, shop, last=workshop is None, verdicts_only=verdicts_only
        )
        session.require_in_place()
        progress.phase("writing results", 0)
        if verdicts_only:
            covered = write_verdicts(session, scoring)
        else:
            covered = finalise(session, scoring, worked=bool(generated or judged))
        session.log.info("generated %d, judged %d samples", generated, judged)
    return RunOutcome(session.layout, generated, judged, covered)


def generate_only(config: EvalConfig) -> RunOutcome:
    """Run only the generation stage.

    Raises:
        ConfigError, DataError, EnvironmentUnfitError: as ``run_evaluation``.
    """
    with Session(config) as session, session.progress() as progress, Workshop() as shop:
        samples = RunSamples.of(session)
        if samples.missing():
            require_engine(generation_settings(config))
        generated = generate_missing(session, progress, shop, samples)
    return RunOutcome(session.layout, generated, 0, Coverage(tuple(samples.missing()), (), ()))


def _checked(session: Session) -> bool:
    """Tell whether the results are sealed or the self-check has run."""
    return session.layout.manifest.exists() or session.facts.self_check is not None


def _work(
    session: Session, progress: Progress, shop: Workshop, *, last: bool, verdicts_only: bool
) -> tuple[int, int, RunScoring]:
    """Generate and judge what is missing; return the two counts of samples, and all verdicts.

    ``last`` says that no further round needs the model, ``verdicts_only`` that neither a self-check
    nor metadata are wanted.
    """
    samples = RunSamples.of(session)
    scoring = RunScoring(session, samples)
    if samples.missing():
        require_engine(generation_settings(session.config))
    elif not scoring.pending() and (verdicts_only or _checked(session)):
        progress.note("nothing to generate or judge: all of it is there")
        return 0, 0, scoring
    # Before a model is loaded: the scorer's processes then start small, and a machine that cannot
    # judge shows it before it has generated for hours.
    scorer = shop.scorer(session, progress, check=not verdicts_only)

    @contextmanager
    def beside(generator: Generated) -> Iterator[Taker]:
        write_unfinished(session, scorer.provenance())
        # Two computations on one CPU: the one that takes hours goes first.
        workers = 1 if generator.details.get("device") == "cpu" else scorer.workers
        with Overlap(scoring, scorer, progress, workers) as overlap:
            yield overlap.offer

    # Samples from files are there at once: there is nothing to be judged beside.
    takes_time = None if session.wants_answers else beside
    generated = generate_missing(session, progress, shop, samples, takes_time)
    overlapped = scoring.saved
    if last:
        shop.unload()
    if not verdicts_only:
        write_unfinished(session, scorer.provenance())
    judged = scoring.run(scorer, progress)
    return generated, overlapped + judged, scoring
