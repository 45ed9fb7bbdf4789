"""Many programs to verdicts."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from evalpkg.closing import Closing
from evalpkg.models import Extraction, Task, Verdict
from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox import select_provider
from evalpkg.sandbox.base import profile_digest
from evalpkg.sandbox.host import prepare_host
from evalpkg.scoring.bench import Bench
from evalpkg.scoring.cache import VerdictCache
from evalpkg.scoring.capacity import fitting_workers, is_cramped
from evalpkg.scoring.provenance import Judged
from evalpkg.scoring.rounds import Equipment, OnVerdict, Rounds
from evalpkg.scoring.scoring_settings import VERSION, ScoringSettings, default_workers
from evalpkg.scoring.turns import Turns

JudgeItems = Callable[[Iterable[tuple[Task, Extraction]], OnVerdict], None]

NICENESS = 10
"""Beside a program of ordinary priority this gets a tenth of a CPU; on an idle one, all of it."""


def give_way() -> None:
    """Lower the priority of this thread, and so of the processes that it starts."""
    thread = threading.get_native_id()
    now = os.getpriority(os.PRIO_PROCESS, thread)
    os.setpriority(os.PRIO_PROCESS, thread, min(19, now + NICENESS))


class Scorer(Closing):
    """Judges programs against the tasks it was made for; a context manager.

    It owns threads, each with at most one compiler or one fork-server under it, and the cache's
    file. ``judge`` may be called from several threads at once.

    Args:
        settings: limits, sandbox, parallelism.
        tasks: every task whose programs will be judged.

    Raises:
        SandboxUnavailableError: the asked-for sandbox cannot prove that it confines here.
        EnvironmentUnfitError: no usable rustc, linker, cache folder or scratch folder; or the
            limits of this machine, shell or container are below what one program may use.
    """

    def __init__(self, settings: ScoringSettings, tasks: Sequence[Task]) -> None:
        self.settings = settings
        edition = settings.edition
        self._tasks = [replace(task, edition=edition) if edition else task for task in tasks]
        prepare_host(settings.workers or default_workers())
        self._workers = fitting_workers(settings)
        toolchain = find_toolchain()
        runtime = build_runtime(toolchain)
        self.provider = select_provider(settings.sandbox_mode, toolchain, runtime)
        self._toolchain = toolchain
        self._bench = Bench(
            toolchain, runtime, self.provider, settings, self._tasks, cramped=is_cramped(settings)
        )
        for crates in {task.crates for task in self._tasks}:
            self._bench.compiler.crates.get(crates)  # now, so that what is missing is told at once
        self._profile = profile_digest(self.provider, runtime)
        self._conditions = self._describe_conditions()
        self._owned = ExitStack()
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="scoring")
        cache = VerdictCache(settings.cache) if settings.cache else None
        if cache is not None:
            self._owned.callback(cache.close)
        self._owned.callback(pool.shutdown, wait=True, cancel_futures=True)
        self._equipment = Equipment(
            bench=self._bench,
            pool=pool,
            turns=Turns(),
            cache=cache,
            tasks={task.task_id: task for task in self._tasks},
            key=self.key,
            workers=self._workers,
            batch_size=settings.batch_size,
        )

    @property
    def workers(self) -> int:
        """Batches judged at once."""
        return self._workers

    def add(self, task: Task) -> str:
        """Make one more task known, and build its tests.

        Returns:
            why it cannot be judged; empty if it can.
        """
        edition = self.settings.edition
        task = replace(task, edition=edition) if edition else task
        self._bench.shelf.add(task)
        fault = self._bench.shelf.get(task.task_id).fault
        if not fault:
            self._equipment.tasks[task.task_id] = task
        return fault

    def judge(self, items: Iterable[tuple[Task, Extraction]], on_verdict: OnVerdict) -> None:
        """Judge every item; ``on_verdict`` is called from this thread, once per position.

        Items are read as capacity allows, so they may be a generator over a file of any size.
        Verdicts come in any order.
        """
        Rounds(self._equipment, on_verdict).run(items)

    @contextmanager
    def beside_other_work(self, workers: int) -> Iterator[JudgeItems]:
        """Judging that gives way to whatever else this machine computes.

        It works as ``judge``, at a lower priority, and gives no verdict where that would need the
        machine for itself: on programs that wait, and on those that met a limit which another
        program's work may have brought near. ``judge`` gives those theirs later.

        Args:
            workers: batches worked on at once, at most as many as the settings allow.
        """
        count = max(1, min(workers, self._workers))
        with ThreadPoolExecutor(count, "scoring-beside", initializer=give_way) as pool:
            use = replace(self._equipment, pool=pool, workers=count)
            yield lambda items, on_verdict: Rounds(use, on_verdict, busy=True).run(items)

    def judge_all(self, items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        """The verdict of each item, in their order; for as many as fit into memory."""
        found: dict[int, Verdict] = {}
        self.judge(items, lambda position, verdict, _cached: found.update({position: verdict}))
        return [found[position] for position in range(len(items))]

    def key(self, task: Task, digest: str) -> bytes:
        """The content key of a program: everything that can change its verdict."""
        tests = self._bench.shelf.digest(task.task_id)
        crates = self._bench.compiler.crates.digest(task.crates)
        parts = (digest, tests, self._conditions, *([crates] if crates else []))
        return hashlib.sha256("\0".join(parts).encode()).digest()

    def provenance(self) -> Judged:
        """What produced the verdicts, for the run's metadata."""
        return Judged(
            scorer_version=VERSION,
            rustc=self._toolchain.version,
            rustc_flags=tuple(self._bench.compiler.command("EDITION")),
            crates=self._bench.compiler.crates.provenance(self._tasks),
            sandbox=self.provider.name,
            sandbox_profile_sha256=self._profile,
            timeout_s=self.settings.timeout_s,
            compile_timeout_s=self.settings.compile_timeout_s,
            memory_mib=self.settings.memory_mib,
            output_kib=self.settings.output_kib,
            editions=tuple(sorted({task.edition for task in self._tasks})),
            workers=self._workers,
            batch_size=self.settings.batch_size,
        )

    def close(self) -> None:
        """End the processes and threads, and release the cache."""
        self._owned.close()

    def _describe_conditions(self) -> str:
        parts = (
            *(VERSION, self._toolchain.version, self._bench.compiler.command("")),
            *(self._profile, self._bench.trial_limits, self._bench.compile_limits),
        )
        return "\0".join(map(str, parts))
