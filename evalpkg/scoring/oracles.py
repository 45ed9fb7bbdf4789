"""The tasks' oracles: compiled once per task and toolchain, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.models import Task
from evalpkg.rust import Runtime
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.scoring.crates import Compiled, CompileLimits, CrateCompiler, Unit
from evalpkg.scoring.oracle import oracle_unit, symbol

CHUNK = 48
LIMITS = CompileLimits(cpu_s=120)


@dataclass(frozen=True, slots=True)
class Oracle:
    """Where a task's tests are.

    Attributes:
        fault: why the task cannot be judged at all, empty if it can.
    """

    library: Path
    symbol: str
    fault: str = ""


class OracleShelf:
    """Builds oracles when they are first needed, many tasks to a library."""

    def __init__(self, compiler: CrateCompiler, runtime: Runtime, tasks: Sequence[Task]) -> None:
        self._compiler = compiler
        self._runtime = runtime
        self._units: dict[str, Unit] = {}
        self._faults: dict[str, str] = {}
        self._chunk_of: dict[str, _Chunk] = {}
        by_edition: dict[str, list[Task]] = {}
        for task in tasks:
            try:
                self._units[task.task_id] = oracle_unit(task)
                by_edition.setdefault(task.edition, []).append(task)
            except DataError as error:
                self._faults[task.task_id] = error.cause
        for edition, members in by_edition.items():
            for start in range(0, len(members), CHUNK):
                ids = [task.task_id for task in members[start : start + CHUNK]]
                chunk = _Chunk([self._units[task_id] for task_id in ids], edition)
                self._chunk_of.update(dict.fromkeys(ids, chunk))

    def digest(self, task_id: str) -> str:
        """sha256 of a task's tests as they are compiled."""
        unit = self._units.get(task_id)
        text = unit.text if unit else self._faults[task_id]
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, task_id: str) -> Oracle:
        """The task's oracle, built now if need be; safe to call from several threads."""
        if task_id in self._faults:
            return Oracle(Path(), "", self._faults[task_id])
        name = self._units[task_id].name
        library, faults = self._chunk_of[task_id].build(self._compiler, self._runtime)
        return Oracle(library, symbol(name), faults.get(name, ""))


class _Chunk:
    """One library of oracles."""

    def __init__(self, units: list[Unit], edition: str) -> None:
        self._units = units
        self._edition = edition
        self._lock = threading.Lock()
        self._built: tuple[Path, dict[str, str]] | None = None

    def build(self, compiler: CrateCompiler, runtime: Runtime) -> tuple[Path, dict[str, str]]:
        """The library and the faults of the units it lacks."""
        with self._lock:
            if self._built is None:
                self._built = self._load(compiler, runtime)
            return self._built

    def _load(self, compiler: CrateCompiler, runtime: Runtime) -> tuple[Path, dict[str, str]]:
        state = hashlib.sha256(runtime.digest.encode())
        state.update("\0".join(compiler.command(self._edition)).encode())
        for unit in self._units:
            state.update(f"\0{unit.text}\0{unit.export}".encode())
        home = cache_root() / "oracles"
        library = home / f"{state.hexdigest()[:32]}.so"
        notes = library.with_suffix(".json")
        if not notes.is_file():
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=scratch_root()) as work:
                built = compiler.compile(Path(work), self._units, self._edition, LIMITS)
                self._keep(built, library, notes)
        return library, json.loads(notes.read_text(encoding="utf-8"))

    def _keep(self, built: Compiled, library: Path, notes: Path) -> None:
        if built.stop is not None:
            raise EnvironmentUnfitError(f"the tests cannot be compiled: {built.detail}")
        faults = {name: error.text for name, error in built.failed.items()}
        for path, data in (
            (library, built.library.read_bytes() if built.library else b""),
            (notes, json.dumps(faults).encode()),
        ):
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
                partial.write(data)
            Path(partial.name).replace(path)
