"""Verifies a run and repeats what can be repeated: extraction, policy, verdicts, samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evalpkg.config import EvalConfig
from evalpkg.contamination import read_touched
from evalpkg.errors import COPY_AGAIN, DataError, EnvironmentUnfitError
from evalpkg.evidence import read_metadata
from evalpkg.pipeline.judging import Extractor
from evalpkg.pipeline.regenerate import Weights, regeneration
from evalpkg.policy import load_policy
from evalpkg.reporting import render_reports
from evalpkg.scoring import program_digest
from evalpkg.store import RunLayout, read_tasks
from evalpkg.tasks import NAMED, load_tasks, sha256_of
from evalpkg.verify import Check, KnownSets, Rechecks, Regeneration, Report, fresh_seed, verify_run

if TYPE_CHECKING:
    from evalpkg.scoring import ScoringSettings

NO_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """The user's request: what to verify, and with what.

    Attributes:
        rescore: number of samples to judge again, drawn at random.
        seed: seed of the draw; None for a fresh one.
        sandbox_mode: sandbox for the samples that are judged again.
        verify_key: public key (PEM) that must have signed the manifest.
        files: data sets on this machine, recognised by their digests.
        regenerate: number of samples to make again, drawn at random.
        weights: where the models lie here.
        crates: folder of the crates that tasks name, for the samples that are judged again.
        rebuild_to: file for the report page that is built here, to read instead of the run's.
        commitment: digest that was published before the run; empty if there is none.
        contamination: file that ``evalpkg contamination`` wrote, if the result is to be compared
            with it.
    """

    rescore: int = 0
    seed: int | None = None
    sandbox_mode: str = "auto"
    verify_key: Path | None = None
    files: tuple[Path, ...] = ()
    regenerate: int = 0
    weights: Weights = NO_WEIGHTS
    crates: Path | None = None
    rebuild_to: Path | None = None
    commitment: str = ""
    contamination: Path | None = None


def verify_with_rechecks(
    root: Path,
    request: VerifyRequest,
    tell: Callable[[Check], None] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Verify a run, and repeat what can be: tasks, reports, programs, verdicts.

    Args:
        root: output directory of a run.
        request: what the user asked for.
        tell: called with each check as soon as it is made.
        say: called with one line before each step that takes a while.

    Raises:
        ConfigError: if there is no such directory, the key cannot be used, or samples cannot be
            made again as asked.
        SandboxUnavailableError: if samples are to be judged and no sandbox confines.
        DataError: if the run's tasks or metadata are needed and cannot be read, or a file of
            ``request`` cannot be read.
    """
    again = Rechecks(
        extract=Extractor(),
        known_sets=known_sets(request.files),
        bound=tuple(name for name in EvalConfig.model_fields if EvalConfig.binds(name)),
        refusal=refusal,
        digest=program_digest,
        touched=partial(read_touched, request.contamination) if request.contamination else None,
        commitment=request.commitment.lower(),
        seed=fresh_seed() if request.seed is None else request.seed,
    )
    try:
        again = replace(again, violations=load_policy("sigilderg").violations)
    except EnvironmentUnfitError as error:
        again = replace(again, no_policy=error.cause)
    layout = RunLayout(root)
    with ExitStack() as stack:
        if request.rescore:
            from evalpkg.scoring import Scorer

            settings = settings_of(layout, request.sandbox_mode, request.crates)
            scorer = stack.enter_context(Scorer(settings, read_tasks(layout.tasks)))
            again = replace(
                again,
                judge=scorer.judge_all,
                rustc=scorer.provenance().rustc,
                rescore=request.rescore,
            )
        made_by = None
        if request.regenerate:
            again = replace(again, regenerate=request.regenerate)
            told = read_metadata(layout)
            made_by = stack.enter_context(regeneration(told, request.weights, say))
        return _verify(root, request, again, made_by, tell)


def _verify(
    root: Path,
    request: VerifyRequest,
    rechecks: Rechecks,
    made_by: Regeneration | None,
    tell: Callable[[Check], None] | None,
) -> Report:
    return verify_run(
        root,
        verify_key=request.verify_key,
        render_reports=render_reports,
        rebuild_to=request.rebuild_to,
        rechecks=rechecks,
        made_by=made_by,
        tell=tell,
    )


def known_sets(files: Sequence[Path]) -> KnownSets:
    """Return the task sets to compare a run's tasks with: named sets, and the user's files."""
    return KnownSets(
        {name: named.sha256 for name, named in NAMED.items()},
        load_tasks,
        {sha256_of(file): file for file in files},
    )


def refusal(arguments: Mapping[str, Any]) -> str:
    """Return why the arguments of a run are no configuration; empty if they are one."""
    unknown = arguments.keys() - EvalConfig.model_fields.keys()
    if unknown:
        return f"{', '.join(sorted(unknown))}: no setting of this release"
    try:
        EvalConfig.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""


def settings_of(layout: RunLayout, sandbox_mode: str, crates: Path | None) -> ScoringSettings:
    """Return the limits under which the run says it was judged.

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
            crates=crates,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{layout.metadata}: the arguments lack a limit ({error!r})", COPY_AGAIN
        ) from error
