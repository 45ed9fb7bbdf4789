"""One batch of programs, from source to verdicts."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Provider
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.sandbox.trial import Case, Outcome, TrialLimits, try_all
from evalpkg.scoring import verdicts
from evalpkg.scoring.crates import CompileLimits, CrateCompiler
from evalpkg.scoring.elf import mapped_bytes
from evalpkg.scoring.oracles import OracleShelf
from evalpkg.scoring.settings import ScoringSettings
from evalpkg.scoring.subject import subject_unit, symbol

MOST_SHARED = 16 << 20
"""Bytes that a batch's library may take of each of its programs' address space."""

BUSY_SHARE = 0.9
"""A wall-clock timeout with less CPU time than this share of the limit may be the machine's."""


@dataclass(frozen=True, slots=True)
class Program:
    """One distinct program of one task."""

    key: bytes
    digest: str
    task: Task
    source: str


class Judged(NamedTuple):
    """A verdict, or (``again``) how the program is to be judged once more before it counts."""

    program: Program
    verdict: Verdict
    again: Literal["", "alone", "quietly"] = ""


class Bench:
    """Compiles and tries batches; used by several threads at once."""

    def __init__(
        self,
        toolchain: Toolchain,
        runtime: Runtime,
        provider: Provider,
        settings: ScoringSettings,
        tasks: Sequence[Task],
    ) -> None:
        self._runtime = runtime
        self._provider = provider
        self.compiler = CrateCompiler(toolchain, runtime, provider)
        self.shelf = OracleShelf(self.compiler, runtime, tasks)
        self.compile_limits = CompileLimits(cpu_s=settings.compile_timeout_s)
        self.trial_limits = TrialLimits(
            cpu_s=max(1, math.ceil(settings.timeout_s)),
            wall_ms=round(settings.timeout_s * 1000),
            memory_mib=settings.memory_mb,
            output_kib=settings.output_kb,
        )

    def judge(
        self, programs: list[Program], *, alone: bool = False, last: bool = False
    ) -> list[Judged]:
        """Judge programs of one edition in one crate.

        Args:
            programs: distinct, of one edition.
            alone: this is a retry; the program has the crate to itself.
            last: nothing else runs now; whatever comes out counts.
        """
        judged: list[Judged] = []
        sound: list[Program] = []
        for program in programs:
            fault = self.shelf.get(program.task.task_id).fault
            if fault:
                detail = f"the task's tests cannot be used: {fault}"
                judged.append(Judged(program, _infra(detail, program)))
            else:
                sound.append(program)
        if sound:
            with tempfile.TemporaryDirectory(dir=scratch_root()) as work:
                judged += self._judge_in(Path(work), sound, alone, last)
        return judged

    def _judge_in(
        self, work: Path, programs: list[Program], alone: bool, last: bool
    ) -> list[Judged]:
        units = [subject_unit(program.task, program.source) for program in programs]
        limits = self.compile_limits
        if len(programs) > 1:
            # A batch takes well under a second; what holds it up is found alone, with full limits.
            limits = CompileLimits(cpu_s=min(limits.cpu_s, 3 + 0.05 * len(programs)))
        # Tasks with one signature may be given the same program: one module serves them all.
        distinct = list({unit.name: unit for unit in units}.values())
        compiled = self.compiler.compile(work, distinct, programs[0].task.edition, limits)
        judged: list[Judged] = []
        left: list[tuple[Program, str]] = []
        for program, unit in zip(programs, units, strict=True):
            error = compiled.failed.get(unit.name)
            if error is not None:
                judged.append(Judged(program, verdicts.not_compiled(error, program.digest)))
            elif compiled.stop is not None:
                verdict = verdicts.compiler_stopped(compiled.stop, compiled.detail, program.digest)
                infra = verdict.kind is VerdictKind.INFRA_ERROR
                again = len(programs) > 1 or (infra and not alone)
                judged.append(Judged(program, verdict, "alone" if again else ""))
            else:
                left.append((program, symbol(unit.name)))
        if left and compiled.library is not None:
            if len(programs) > 1 and mapped_bytes(compiled.library) > MOST_SHARED:
                detail = "the programs beside it take too much memory"
                return judged + [Judged(one, _infra(detail, one), "alone") for one, _ in left]
            judged += self._try(compiled.library, left, alone, last)
        return judged

    def _try(
        self, library: Path, programs: list[tuple[Program, str]], alone: bool, last: bool
    ) -> list[Judged]:
        cases = []
        for program, entry in programs:
            oracle = self.shelf.get(program.task.task_id)
            cases.append(Case(oracle.library, oracle.symbol, entry))
        outcomes = try_all(self._runtime, self._provider, library, cases, self.trial_limits)
        judged = []
        for (program, _), outcome in zip(programs, outcomes, strict=True):
            verdict = verdicts.tried(outcome, program.digest, self.trial_limits)
            judged.append(Judged(program, verdict, self._again(outcome, len(cases), alone, last)))
        return judged

    def _again(
        self, outcome: Outcome, company: int, alone: bool, last: bool
    ) -> Literal["", "alone", "quietly"]:
        if last:
            return ""
        if outcome.kind in ("infra", "not_loaded", "server_gone") and (company > 1 or not alone):
            return "alone"
        if outcome.kind in ("infra", "server_gone"):
            # The machine may have ended the server, for want of memory: once more, and in peace.
            return "quietly"
        waited = outcome.kind == "gone" and outcome.reason == verdicts.WALL_TIMEOUT
        starved = outcome.cpu_us < BUSY_SHARE * self.trial_limits.cpu_s * 1e6
        return "quietly" if waited and starved else ""


def _infra(detail: str, program: Program) -> Verdict:
    return Verdict(VerdictKind.INFRA_ERROR, detail=detail[:2000], program_sha256=program.digest)
