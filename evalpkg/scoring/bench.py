"""Compile one batch of programs, run their tests, and give each program its verdict."""

from __future__ import annotations

import math
import os
import signal
import tempfile
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Provider
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.sandbox.trial import THREADS, Case, TrialLimits, TrialOutcome, try_all
from evalpkg.sandbox.vocabulary import OutcomeKind, Reason
from evalpkg.scoring import verdicts
from evalpkg.scoring.control import why_nothing_compiles
from evalpkg.scoring.crate_shelf import CrateShelf
from evalpkg.scoring.crates import Compiled, CompileLimits, CrateCompiler
from evalpkg.scoring.elf import mapped_bytes
from evalpkg.scoring.oracles import OracleShelf
from evalpkg.scoring.parting import is_a_suspect, parted
from evalpkg.scoring.refusals import Refusals, memory_is_promised
from evalpkg.scoring.scoring_settings import ScoringSettings
from evalpkg.scoring.stops import Stop
from evalpkg.scoring.subject import subject_unit, symbol
from evalpkg.scoring.turns import Round

MOST_SHARED = 16 << 20
"""The most bytes of a program's address space that its batch's library may take."""

BATCH_MIB = 1536
"""Address space of rustc in MiB for a batch. An ordinary batch takes a third of it."""

BUSY_SHARE = 0.9
"""If a program that ran out of wall time used less than this share of its CPU limit, a slow machine
may be the cause."""

OWN_DOING = frozenset(
    {
        *(VerdictKind.PASSED, VerdictKind.TEST_FAILED, VerdictKind.PANICKED),
        *(VerdictKind.COMPILE_ERROR, VerdictKind.TAMPERED, VerdictKind.CRASHED),
    }
)
"""Verdicts that depend only on the program; those on time and memory depend on the machine, too."""


@dataclass(frozen=True, slots=True)
class Program:
    """One distinct program of one task.

    Attributes:
        key: its cache key.
        digest: sha256 of what is compiled.
    """

    key: bytes
    digest: str
    task: Task
    source: str


class Judgement(NamedTuple):
    """A verdict, or the round in which the program is to be judged once more before it counts.

    Attributes:
        verdict: it counts only if ``again`` is None.
        again: the round in which the program is judged again; None if the verdict counts.
        group: in a further first round, the number of the batch that it is in.
        lasting: True if the program alone decided the verdict, so that the cache may keep it.
    """

    program: Program
    verdict: Verdict
    again: Round | None = None
    lasting: bool = False
    group: int = 0


class Bench:
    """Compiles batches and runs their tests; safe to use from several threads at once."""

    def __init__(
        self,
        toolchain: Toolchain,
        runtime: Runtime,
        provider: Provider,
        settings: ScoringSettings,
        tasks: Sequence[Task],
        *,
        cramped: bool = False,
    ) -> None:
        self._cramped = cramped
        self._runtime = runtime
        self._provider = provider
        crates = CrateShelf(toolchain, settings.crates)
        self.compiler = CrateCompiler(toolchain, runtime, provider, crates)
        self.shelf = OracleShelf(self.compiler, runtime, tasks)
        self.compile_limits = CompileLimits(cpu_s=settings.compile_timeout_s)
        self.trial_limits = TrialLimits(
            cpu_s=max(1, math.ceil(settings.timeout_s)),
            wall_ms=round(settings.timeout_s * 1000),
            memory_mib=settings.memory_mib,
            output_kib=settings.output_kib,
        )

    def judge(self, programs: list[Program], stage: Round) -> list[Judgement]:
        """Judge programs of one edition in one crate.

        Args:
            programs: distinct programs of one edition; only one if it may use third-party crates,
                or after the first round.
            stage: the round; in the last one every verdict counts.
        """
        judged: list[Judgement] = []
        sound: list[Program] = []
        for program in programs:
            fault = self.shelf.get(program.task.task_id).fault
            if fault:
                judged.append(Judgement(program, _task_fault(fault, program)))
            else:
                sound.append(program)
        if sound:
            with tempfile.TemporaryDirectory(dir=scratch_root()) as work:
                judged += self._judge_in(Path(work), sound, stage)
        return judged

    def _judge_in(self, work: Path, programs: list[Program], stage: Round) -> list[Judgement]:
        before = Refusals.now()
        units = [
            subject_unit(one.task, one.source, self.shelf.get(one.task.task_id).instances)
            for one in programs
        ]
        limits = self.compile_limits
        if len(programs) > 1:
            # A batch takes well under a second. A program that takes longer is compiled again
            # alone, with its full limits.
            limits = CompileLimits(
                cpu_s=min(limits.cpu_s, 1 + 0.03 * len(programs)), memory_mib=BATCH_MIB
            )
        # Tasks with the same signature may get the same program: one module is enough for all.
        distinct = list({unit.name: unit for unit in units}.values())
        task = programs[0].task
        compiled = self.compiler.compile(
            work, distinct, task.edition, limits, shared=True, crates=task.crates
        )
        judged: list[Judgement] = []
        left: list[tuple[Program, str]] = []
        stopped: list[Program] = []
        for program, unit in zip(programs, units, strict=True):
            error = compiled.failed.get(unit.name)
            if error is not None:
                verdict = verdicts.not_compiled(error, program.digest)
                judged.append(Judgement(program, verdict, lasting=True))
            elif compiled.stop is None:
                left.append((program, symbol(unit.name)))
            elif len(programs) > 1:
                stopped.append(program)
            else:
                judged.append(self._stopped(compiled, program, stage, before))
        if stopped:
            named = {
                one.digest
                for one, unit in zip(programs, units, strict=True)
                if unit.name in compiled.suspects
            }
            judged += _regrouped(stopped, compiled.detail, named)
        if left and compiled.library is not None:
            if len(programs) > 1 and mapped_bytes(compiled.library, THREADS) > MOST_SHARED:
                detail = "the programs beside it take too much memory"
                return judged + _regrouped([one for one, _ in left], detail)
            judged += self._try(compiled.library, left, stage)
        return judged

    def _stopped(
        self, compiled: Compiled, program: Program, stage: Round, before: Refusals
    ) -> Judgement:
        """Decide about a program on which, alone, rustc ended without an error in it."""
        stop = compiled.stop or Stop.CRASH
        verdict = verdicts.compiler_stopped(stop, compiled.detail, program.digest)
        if stop.is_certain or (stop is Stop.MEMORY and memory_is_promised()):
            return Judgement(program, verdict)
        if stage is not Round.QUIET:
            return Judgement(program, verdict, Round.QUIET)
        refused = Refusals.now().since(before)
        if not refused and verdict.kind is not VerdictKind.INFRA_ERROR:
            refused = why_nothing_compiles(self.compiler)
        if refused or stop in (Stop.FULL, Stop.KILLED):
            return Judgement(program, self._refused(compiled.detail, refused, program))
        return Judgement(program, verdict)

    def _refused(
        self, detail: str, refused: str, program: Program, compile_ok: bool = False
    ) -> Verdict:
        """Return the verdict on a program that the machine refused something while it ran alone.

        If the machine has less than a program may use, and can still compile another program, the
        refusal counts as the program's own use. Otherwise a program could choose to be left out of
        the statistics.
        """
        said = f"{detail}: {refused}" if refused else detail
        if self._cramped and not why_nothing_compiles(self.compiler):
            said = f"{said}; nothing ran beside it"
            kind = VerdictKind.RESOURCE_LIMIT
            return Verdict(kind, compile_ok, None, said[:2000], program.digest)
        return infra(said, program)

    def _try(
        self, library: Path, programs: list[tuple[Program, str]], stage: Round
    ) -> list[Judgement]:
        cases = []
        for program, entry in programs:
            oracle = self.shelf.get(program.task.task_id)
            cases.append(Case(oracle.library, oracle.symbol, entry))
        before = Refusals.now()
        outcomes = try_all(self._runtime, self._provider, library, cases, self.trial_limits)
        refused = Refusals.now().since(before)
        judged = []
        for (program, _), outcome in zip(programs, outcomes, strict=True):
            verdict = verdicts.tried(outcome, program.digest, self.trial_limits)
            again = self._again(outcome, verdict, stage, refused)
            if again is None and refused and _may_be_refused(outcome, verdict):
                detail = verdict.detail or verdict.kind.value
                verdict = self._refused(detail, refused, program, compile_ok=True)
            lasting = verdict.kind in OWN_DOING and not _is_doubtful(outcome)
            judged.append(Judgement(program, verdict, again, lasting and not refused))
        return judged

    def _again(
        self, outcome: TrialOutcome, verdict: Verdict, stage: Round, refused: str
    ) -> Round | None:
        if stage is Round.QUIET:
            return None
        if outcome.kind in (OutcomeKind.INFRA, OutcomeKind.NOT_LOADED, OutcomeKind.SERVER_GONE):
            return Round.ALONE if stage is Round.FIRST else Round.QUIET
        if _is_killed(outcome, verdict) or (refused and _may_be_refused(outcome, verdict)):
            return Round.QUIET
        waited = outcome.kind is OutcomeKind.GONE and outcome.reason is Reason.WALL_TIMEOUT
        starved = outcome.cpu_us < BUSY_SHARE * self.trial_limits.cpu_s * 1e6
        return Round.WAITING if waited and starved and stage is not Round.WAITING else None


def _regrouped(programs: list[Program], detail: str, named: Container[str] = ()) -> list[Judgement]:
    """Put the programs of a batch that was not compiled into smaller ones.

    Args:
        programs: those that are left of the batch.
        detail: why it was not compiled.
        named: digests of the programs that rustc named.
    """
    groups = parted(programs, lambda one: one.digest in named or is_a_suspect(one.source))
    return [
        Judgement(one, infra(detail, one), Round.FIRST if len(group) > 1 else Round.ALONE, group=n)
        for n, group in enumerate(groups)
        for one in group
    ]


def infra(detail: str, program: Program) -> Verdict:
    """Return the verdict on a program that could not be judged, with the reason."""
    return Verdict(VerdictKind.INFRA_ERROR, detail=detail[:2000], program_sha256=program.digest)


def _task_fault(why: str, program: Program) -> Verdict:
    """Return the verdict on a program whose task's tests cannot be used, with the reason."""
    return Verdict(VerdictKind.TASK_FAULT, detail=why[:2000], program_sha256=program.digest)


def _is_killed(outcome: TrialOutcome, verdict: Verdict) -> bool:
    """Tell whether SIGKILL ended it; no limit sends that before the CPU time is used up."""
    killed = os.WIFSIGNALED(outcome.status) and os.WTERMSIG(outcome.status) == signal.SIGKILL
    ended = outcome.kind is OutcomeKind.GONE and outcome.reason is Reason.ENDED
    return ended and killed and verdict.kind is VerdictKind.CRASHED


def _may_be_refused(outcome: TrialOutcome, verdict: Verdict) -> bool:
    """Tell whether a refusal by the kernel could explain how it ended."""
    ended = outcome.kind is OutcomeKind.SERVER_GONE or _is_killed(outcome, verdict)
    return ended or verdict.kind is VerdictKind.RESOURCE_LIMIT


def _is_doubtful(outcome: TrialOutcome) -> bool:
    """Tell whether the machine may be the cause: no library loaded, no server, or a SIGKILL."""
    killed = os.WIFSIGNALED(outcome.status) and os.WTERMSIG(outcome.status) == signal.SIGKILL
    loaded = outcome.kind in (OutcomeKind.NOT_LOADED, OutcomeKind.SERVER_GONE)
    return loaded or (outcome.kind is OutcomeKind.GONE and killed)
