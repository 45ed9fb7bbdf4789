"""Many programs to verdicts: dedupe, cache, batch, compile, try, retry alone."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox import select_provider
from evalpkg.sandbox.base import profile_digest
from evalpkg.sandbox.host import prepare_host
from evalpkg.scoring.batches import Batches
from evalpkg.scoring.bench import Bench, Judged, Program
from evalpkg.scoring.cache import VerdictCache
from evalpkg.scoring.routing import company
from evalpkg.scoring.settings import VERSION, ScoringSettings, default_workers
from evalpkg.scoring.subject import program_digest

OnVerdict = Callable[[int, Verdict, bool], None]
"""Called with (position in the items, verdict, whether it came from the cache or a twin)."""


class Scorer:
    """Judges programs against the tasks it was made for.

    Args:
        settings: limits, sandbox, parallelism.
        tasks: every task whose programs will be judged.

    Raises:
        SandboxUnavailableError: the asked-for sandbox cannot prove that it confines here.
        EnvironmentUnfitError: no usable rustc, linker or cache folder.
    """

    def __init__(self, settings: ScoringSettings, tasks: Sequence[Task]) -> None:
        self.settings = settings
        edition = settings.edition
        self._tasks = [replace(task, edition=edition) if edition else task for task in tasks]
        self._by_id = {task.task_id: task for task in self._tasks}
        self._workers = settings.workers or default_workers()
        prepare_host(self._workers)
        toolchain = find_toolchain()
        runtime = build_runtime(toolchain)
        self.provider = select_provider(settings.sandbox_mode, toolchain, runtime)
        self._toolchain = toolchain
        self._bench = Bench(toolchain, runtime, self.provider, settings, self._tasks)
        self._profile = profile_digest(self.provider, runtime)
        self._cache = VerdictCache(settings.cache) if settings.cache else None
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="scoring")
        self._conditions = self._describe_conditions()

    def judge(self, items: Iterable[tuple[Task, Extraction]], on_verdict: OnVerdict) -> None:
        """Judge every item; ``on_verdict`` is called from this thread, once per position.

        Items are read as capacity allows, so they may be a generator over a file of any size.
        Verdicts come in any order.
        """
        _Session(self, on_verdict).run(items)

    def judge_all(self, items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        """The verdict of each item, in their order; for as many as fit into memory."""
        found: dict[int, Verdict] = {}
        self.judge(items, lambda position, verdict, _cached: found.update({position: verdict}))
        return [found[position] for position in range(len(items))]

    def key(self, task: Task, digest: str) -> bytes:
        """The content key of a program: everything that can change its verdict."""
        tests = self._bench.shelf.digest(task.task_id)
        return hashlib.sha256(f"{digest}\0{tests}\0{self._conditions}".encode()).digest()

    def provenance(self) -> dict[str, object]:
        """What produced the verdicts, for the run's metadata."""
        return {
            "scorer_version": VERSION,
            "rustc": self._toolchain.version,
            "rustc_flags": self._bench.compiler.command("EDITION"),
            "sandbox": self.provider.name,
            "sandbox_profile_sha256": self._profile,
            "timeout_s": self.settings.timeout_s,
            "compile_timeout_s": self.settings.compile_timeout_s,
            "memory_mb": self.settings.memory_mb,
            "output_kb": self.settings.output_kb,
            "editions": sorted({task.edition for task in self._tasks}),
            "workers": self._workers,
            "batch_size": self.settings.batch_size,
        }

    def close(self) -> None:
        """Stop the workers and release the cache."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._cache is not None:
            self._cache.close()

    def _describe_conditions(self) -> str:
        parts = (
            *(VERSION, self._toolchain.version, self._bench.compiler.command("")),
            *(self._profile, self._bench.trial_limits, self._bench.compile_limits),
        )
        return "\0".join(map(str, parts))


class _Session:
    """One call of ``Scorer.judge``."""

    def __init__(self, scorer: Scorer, on_verdict: OnVerdict) -> None:
        self._scorer = scorer
        self._on_verdict = on_verdict
        self._known: dict[bytes, Verdict] = {}
        self._waiting: dict[bytes, list[int]] = {}
        self._batches = Batches(scorer.settings.batch_size)
        self._running: set[Future[list[Judged]]] = set()
        self._retry_quietly: deque[Program] = deque()

    def run(self, items: Iterable[tuple[Task, Extraction]]) -> None:
        try:
            for position, (task, extraction) in enumerate(items):
                self._admit(position, self._scorer._by_id[task.task_id], extraction)
            for programs in self._batches.rest():
                self._submit(programs)
            while self._running:
                self._collect()
            # Wall-clock timeouts count only now, when compiling and computing is over.
            while self._retry_quietly:
                self._submit([self._retry_quietly.popleft()], alone=True, last=True)
            while self._running:
                self._collect()
        finally:
            for future in self._running:
                future.cancel()
            wait(self._running)

    def _admit(self, position: int, task: Task, extraction: Extraction) -> None:
        source = extraction.source
        if source is None:
            self._on_verdict(position, Verdict(VerdictKind.NO_CODE, detail="no Rust code"), False)
            return
        digest = program_digest(task, source)
        key = self._scorer.key(task, digest)
        if key in self._waiting:
            self._waiting[key].append(position)
            return
        known = self._known.get(key) or self._recall(key)
        if known is not None:
            self._known[key] = known
            self._on_verdict(position, known, True)
            return
        self._waiting[key] = [position]
        program = Program(key, digest, task, source)
        self._submit(self._batches.add(program, company(source)))

    def _recall(self, key: bytes) -> Verdict | None:
        return self._scorer._cache.get(key) if self._scorer._cache else None

    def _submit(self, programs: list[Program], *, alone: bool = False, last: bool = False) -> None:
        if not programs:
            return
        while len(self._running) >= 2 * self._scorer._workers:
            self._collect()
        job = self._scorer._bench.judge
        self._running.add(self._scorer._pool.submit(job, programs, alone=alone, last=last))

    def _collect(self) -> None:
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(future.result())

    def _settle(self, judged: list[Judged]) -> None:
        final = []
        for program, verdict, again in judged:
            if again == "alone":
                self._submit([program], alone=True)
            elif again == "quietly":
                self._retry_quietly.append(program)
            else:
                final.append((program.key, verdict))
        if self._scorer._cache is not None:
            self._scorer._cache.put(final)
        for key, verdict in final:
            self._known[key] = verdict
            for twin, position in enumerate(self._waiting.pop(key)):
                self._on_verdict(position, verdict, twin > 0)
