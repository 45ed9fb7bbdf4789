"""Carry out one call of the scorer.

It drops duplicates, looks in the cache, makes batches, judges them in rounds, and reports each
verdict.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from evalpkg.extraction import WITHOUT_PROGRAM
from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.scoring.batches import Batches, even_size
from evalpkg.scoring.bench import Bench, Judgement, Program, infra
from evalpkg.scoring.cache import VerdictCache
from evalpkg.scoring.routing import Company, company
from evalpkg.scoring.subject import program_digest
from evalpkg.scoring.turns import Round, Turns

OnVerdict = Callable[[int, Verdict, bool], None]
"""A function of (position in the items, verdict, True if the verdict came from the cache or from an
equal program of this call)."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The bench, pool and cache that all calls of one scorer share.

    Attributes:
        tasks: the tasks by id, each with the edition in which it is judged.
        key: the function that gives the cache key of (task, digest of the program).
        workers: the number of batches judged at once.
        batch_size: the most programs in one crate.
    """

    bench: Bench
    pool: Executor
    turns: Turns
    cache: VerdictCache | None
    tasks: dict[str, Task]
    key: Callable[[Task, str], bytes]
    workers: int
    batch_size: int


class Rounds:
    """Takes the programs of one call through the rounds.

    Args:
        equipment: the bench, pool and cache of the scorer.
        on_verdict: the function to call with each verdict.
        busy: True if the machine has other work. Programs that must be judged alone then get no
            verdict.
        expected: number of items, for even batches; 0 if it is not known.
    """

    def __init__(
        self,
        equipment: Equipment,
        on_verdict: OnVerdict,
        *,
        busy: bool = False,
        expected: int = 0,
    ) -> None:
        self._use = equipment
        self._on_verdict = on_verdict
        self._busy = busy
        self._known: dict[bytes, Verdict] = {}
        self._waiting: dict[bytes, list[int]] = {}
        self._batches = Batches(even_size(expected, equipment.workers, equipment.batch_size))
        self._running: dict[Future[list[Judgement]], tuple[list[Program], Round]] = {}
        self._later: dict[Round, deque[Program]] = {Round.WAITING: deque(), Round.QUIET: deque()}

    def run(self, items: Iterable[tuple[Task, Extraction]]) -> None:
        """Judge every item."""
        try:
            for position, (task, extraction) in enumerate(items):
                self._admit(position, self._use.tasks[task.task_id], extraction)
            for programs in self._batches.rest():
                self._submit(programs, Round.FIRST)
            self._collect_all()
            if self._busy:
                return
            # Programs that wait, and those that the machine may have failed, are judged last, when
            # nothing is compiled or run any more.
            for stage, programs_left in self._later.items():
                while programs_left:
                    self._submit([programs_left.popleft()], stage)
                self._collect_all()
        finally:
            for future in self._running:
                future.cancel()
            wait(self._running)

    def _admit(self, position: int, task: Task, extraction: Extraction) -> None:
        source = extraction.source
        if source is None:
            self._on_verdict(
                position,
                Verdict(
                    VerdictKind.NO_CODE, detail=WITHOUT_PROGRAM.get(extraction.rule, "no Rust code")
                ),
                False,
            )
            return
        digest = program_digest(task, source)
        key = self._use.key(task, digest)
        if key in self._waiting:
            self._waiting[key].append(position)
            return
        known = self._known.get(key) or (self._use.cache.get(key) if self._use.cache else None)
        if known is not None and known.program_sha256 == digest:
            self._known[key] = known
            self._on_verdict(position, known, True)
            return
        self._waiting[key] = [position]
        program = Program(key, digest, task, source)
        self._submit(self._batches.add(program, _company(task, source)), Round.FIRST)

    def _submit(self, programs: list[Program], stage: Round) -> None:
        if not programs:
            return
        while len(self._running) >= 2 * self._use.workers:
            self._collect()
        future = self._use.pool.submit(_judge, self._use, programs, stage)
        self._running[future] = (programs, stage)

    def _collect_all(self) -> None:
        while self._running:
            self._collect()

    def _collect(self) -> None:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            programs, stage = self._running.pop(future)
            error = future.exception()
            if error is None:
                self._settle(future.result())
            elif isinstance(error, Exception):
                self._settle(_failed(programs, stage, error))
            else:
                raise error

    def _settle(self, judged: list[Judgement]) -> None:
        final = []
        groups: dict[int, list[Program]] = {}
        for one in judged:
            if one.again is Round.FIRST:
                groups.setdefault(one.group, []).append(one.program)
            elif one.again is Round.ALONE:
                self._submit([one.program], Round.ALONE)
            elif one.again is not None:
                self._later[one.again].append(one.program)
            else:
                final.append(one)
        for programs in groups.values():
            self._submit(programs, Round.FIRST)
        if self._use.cache is not None:
            self._use.cache.put((one.program.key, one.verdict) for one in final if one.lasting)
        for one in final:
            self._known[one.program.key] = one.verdict
            for twin, position in enumerate(self._waiting.pop(one.program.key)):
                self._on_verdict(position, one.verdict, twin > 0)


def _judge(use: Equipment, programs: list[Program], stage: Round) -> list[Judgement]:
    with use.turns.take(stage):
        return use.bench.judge(programs, stage)


def _failed(programs: list[Program], stage: Round, error: Exception) -> list[Judgement]:
    """Return an outcome for programs whose judging raised an error: each is judged again alone."""
    again = {Round.FIRST: Round.ALONE, Round.QUIET: None}.get(stage, Round.QUIET)
    detail = f"{type(error).__name__}: {error}"
    return [Judgement(program, infra(detail, program), again) for program in programs]


def _company(task: Task, source: str) -> Company:
    """Return the company that a program may have, as ``routing.company`` does.

    A program that cannot be lexed gets none. Nor does one that may use third-party crates: its
    tokens do not show what the macros and traits of those crates do to other programs.
    """
    if task.crates:
        return Company.NONE
    try:
        return company(source)
    except (RecursionError, ValueError, MemoryError):
        return Company.NONE
