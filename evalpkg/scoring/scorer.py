"""Judge many programs at once."""

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

JudgeItems = Callable[[Iterable[tuple[Task, Extraction]], OnVerdict, int], None]

NICENESS = 10
"""Added to the niceness: beside a process of normal priority ours gets about a tenth of a CPU; on
an idle machine it gets all of it."""


def give_way() -> None:
    """Lower the priority of this thread, and so of the processes that it starts."""
    thread = threading.get_native_id()
    now = os.getpriority(os.PRIO_PROCESS, thread)
    os.setpriority(os.PRIO_PROCESS, thread, min(19, now + NICENESS))


class Scorer(Closing):
    """Judges programs that answer a given set of tasks; a context manager.

    It owns the cache's file and a pool of threads; each thread runs at most one compiler or one
    fork-server at a time. ``judge`` may be called from several threads at once.

    Args:
        settings: limits, sandbox, parallelism.
        tasks: every task whose programs will be judged.

    Raises:
        SandboxUnavailableError: if the chosen sandbox cannot prove that it confines here.
        EnvironmentUnfitError: if there is no usable rustc, linker, cache folder or scratch folder,
            or if this machine, shell or container allows less than one program may use.
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
            self._bench.compiler.crates.get(crates)  # now, to report a missing crate early
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
        """The number of batches judged at once."""
        return self._workers

    def add(self, task: Task) -> str:
        """Add a task and build its tests.

        Returns:
            The reason why the task cannot be judged; empty if it can.
        """
        edition = self.settings.edition
        task = replace(task, edition=edition) if edition else task
        self._bench.shelf.add(task)
        fault = self._bench.shelf.get(task.task_id).fault
        if not fault:
            self._equipment.tasks[task.task_id] = task
        return fault

    def judge(
        self,
        items: Iterable[tuple[Task, Extraction]],
        on_verdict: OnVerdict,
        expected: int = 0,
    ) -> None:
        """Judge every item; call ``on_verdict`` from this thread, once for each position.

        Items are read only as fast as they are judged, so they may be a generator over a file of
        any size. Verdicts come in any order.

        Args:
            items: the programs and their tasks.
            on_verdict: the function to call with each verdict.
            expected: number of items, so that all workers get equal work; 0 if it is not known.
        """
        Rounds(self._equipment, on_verdict, expected=expected).run(items)

    @contextmanager
    def beside_other_work(self, workers: int) -> Iterator[JudgeItems]:
        """Give a function that works as ``judge``, at a lower priority than other work.

        Some programs can be judged only while nothing else runs: those that wait, and those that
        met a limit which other work may have caused. They get no verdict here; ``judge`` gives them
        theirs later.

        Args:
            workers: batches judged at once; at most as many as the settings allow.
        """
        count = max(1, min(workers, self._workers))
        with ThreadPoolExecutor(count, "scoring-beside", initializer=give_way) as pool:
            use = replace(self._equipment, pool=pool, workers=count)
            yield lambda items, on_verdict, expected: Rounds(
                use, on_verdict, busy=True, expected=expected
            ).run(items)

    def judge_all(self, items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        """Return the verdict of each item, in their order; all are held in memory."""
        found: dict[int, Verdict] = {}
        self.judge(
            items, lambda position, verdict, _: found.update({position: verdict}), len(items)
        )
        return [found[position] for position in range(len(items))]

    def key(self, task: Task, digest: str) -> bytes:
        """Return the cache key of a program: a sha256 of everything that can change its verdict."""
        tests = self._bench.shelf.digest(task.task_id)
        crates = self._bench.compiler.crates.digest(task.crates)
        parts = (digest, tests, self._conditions, *([crates] if crates else []))
        return hashlib.sha256("\0".join(parts).encode()).digest()

    def provenance(self) -> Judged:
        """Describe what produced the verdicts, for the run's metadata."""
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
