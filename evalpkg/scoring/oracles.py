"""Compile the tasks' oracles, once per task and toolchain, and keep them in the cache."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.models import Task
from evalpkg.rust import Runtime
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.scoring.control import why_nothing_compiles
from evalpkg.scoring.crates import Compiled, CompileLimits, CrateCompiler
from evalpkg.scoring.instances import Instances, used_instances, wanted_instance
from evalpkg.scoring.listing import listed_tests
from evalpkg.scoring.oracle import More, module_name, oracle_unit, symbol, task_digest
from evalpkg.scoring.scoring_settings import VERSION
from evalpkg.scoring.signature import read_signature
from evalpkg.scoring.testfile import open_tests
from evalpkg.scoring.unit import Unit
from evalpkg.scoring.untravelled import in_terms_of_the_task

CHUNK = 48
LIMITS = CompileLimits(cpu_s=120)


@dataclass(frozen=True, slots=True)
class Oracle:
    """A task's compiled tests.

    Attributes:
        library: path of the library that holds them.
        symbol: the symbol in it that runs them.
        fault: why the task cannot be judged; empty if it can.
        instances: the instances of a generic entry point that the tests use.
    """

    library: Path
    symbol: str
    fault: str = ""
    instances: Instances = ()


class OracleShelf:
    """Builds oracles when they are first needed; one library holds those of many tasks."""

    def __init__(self, compiler: CrateCompiler, runtime: Runtime, tasks: Sequence[Task]) -> None:
        self._compiler = compiler
        self._runtime = runtime
        self._names = {task.task_id: module_name(task) for task in tasks}
        self._tasks = {task.task_id: task for task in tasks}
        self._used: dict[str, Instances] = {}
        self._digests = {task.task_id: task_digest(task) for task in tasks}
        self._chunk_of: dict[str, _Chunk] = {}
        alike: dict[tuple[str, tuple[str, ...]], list[Task]] = {}
        for task in tasks:
            alike.setdefault((task.edition, task.crates), []).append(task)
        for members in alike.values():
            for start in range(0, len(members), CHUNK):
                chunk = _Chunk(members[start : start + CHUNK])
                for task in members[start : start + CHUNK]:
                    self._chunk_of[task.task_id] = chunk

    def add(self, task: Task) -> None:
        """Add a task; its oracle is a library of its own."""
        self._tasks[task.task_id] = task
        self._names[task.task_id] = module_name(task)
        self._digests[task.task_id] = task_digest(task)
        self._chunk_of[task.task_id] = _Chunk([task])

    def digest(self, task_id: str) -> str:
        """Return the sha256 of the parts of a task from which its oracle is made."""
        return self._digests[task_id]

    def get(self, task_id: str) -> Oracle:
        """Return the task's oracle; build it if needed. Safe to call from several threads."""
        name = self._names[task_id]
        library, notes = self._chunk_of[task_id].build(self._compiler, self._runtime)
        more = notes.more.get(name, {})
        return Oracle(
            library,
            symbol(name),
            notes.faults.get(name, ""),
            self._instances(task_id, library, more),
        )

    def _instances(self, task_id: str, library: Path, more: More) -> Instances:
        task = self._tasks[task_id]
        if not read_signature(task.prompt, task.entry_point).generic:
            return ()
        if task_id not in self._used:
            self._used[task_id] = used_instances(task, library.read_bytes(), more)
        return self._used[task_id]


@dataclass(frozen=True, slots=True)
class _Notes:
    """The known facts about a library, by module.

    Attributes:
        faults: why the library lacks the tasks that it lacks.
        more: instances that the tests of a task use beyond the usual ones.
    """

    faults: dict[str, str]
    more: dict[str, dict[str, tuple[str, ...]]]

    @classmethod
    def read(cls, text: str) -> _Notes:
        """From what ``write`` gave."""
        found = json.loads(text)
        more = {
            module: {one: tuple(types) for one, types in used.items()}
            for module, used in found["more"].items()
        }
        return cls(found["faults"], more)

    def write(self) -> bytes:
        """As JSON."""
        return json.dumps({"faults": self.faults, "more": self.more}).encode()


class _Chunk:
    """One library of oracles, for tasks of one edition with the same crates."""

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._edition = tasks[0].edition
        self._crates = tasks[0].crates
        self._lock = threading.Lock()
        self._built: tuple[Path, _Notes] | None = None

    def build(self, compiler: CrateCompiler, runtime: Runtime) -> tuple[Path, _Notes]:
        """The library, and what is known of it."""
        with self._lock:
            if self._built is None:
                self._built = self._load(compiler, runtime)
            return self._built

    def _load(self, compiler: CrateCompiler, runtime: Runtime) -> tuple[Path, _Notes]:
        state = hashlib.sha256(f"{VERSION}\0{runtime.digest}".encode())
        state.update("\0".join(compiler.command(self._edition)).encode())
        state.update(compiler.crates.digest(self._crates).encode())
        for task in self._tasks:
            state.update(task_digest(task).encode())
        home = cache_root() / "oracles"
        library = home / f"{state.hexdigest()[:32]}.so"
        notes = library.with_suffix(".json")
        if not notes.is_file():
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            makers, units, faults = self._units(compiler)
            with ExitStack() as folders:
                built = self._compile(compiler, folders, units, faults, makers)
                _keep(built, faults, makers, library, notes)
        return library, _Notes.read(notes.read_text(encoding="utf-8"))

    def _compile(
        self,
        compiler: CrateCompiler,
        folders: ExitStack,
        units: list[Unit],
        faults: dict[str, str],
        makers: dict[str, _Maker],
    ) -> Compiled:
        """Compile all units; leave out those on which the compiler stops without an error.

        Args:
            compiler: the compiler.
            folders: keeps the temporary folders until the library has been copied.
            units: the modules to compile.
            faults: gets the reason for each module that is left out.
            makers: make a module again with an instance that its tests turn out to use.

        Raises:
            EnvironmentUnfitError: if this machine cannot compile anything now.
        """

        def compiled(some: list[Unit]) -> Compiled:
            work = folders.enter_context(tempfile.TemporaryDirectory(dir=scratch_root()))
            return compiler.compile(
                Path(work),
                some,
                self._edition,
                LIMITS,
                crates=self._crates,
                mend=lambda unit, error: makers[unit.name].mend(error.message),
            )

        built = compiled(units)
        if built.stop is None:
            return built
        if why := why_nothing_compiles(compiler):
            raise EnvironmentUnfitError(f"the tests cannot be compiled: {why}")
        sound = []
        for unit in units:
            alone = compiled([unit])
            if alone.stop is None:
                sound.append(unit)
            else:
                faults[unit.name] = f"the tests cannot be compiled: {alone.detail}"
        return compiled(sound)

    def _units(
        self, compiler: CrateCompiler
    ) -> tuple[dict[str, _Maker], list[Unit], dict[str, str]]:
        makers: dict[str, _Maker] = {}
        units: list[Unit] = []
        faults: dict[str, str] = {}
        for task in self._tasks:
            try:
                listed = None
                if not open_tests(task.test).certain:
                    listed = listed_tests(
                        compiler.toolchain, task, compiler.crates.get(task.crates)
                    )
                maker = _Maker(task, listed)
                units.append(maker.unit())
                makers[module_name(task)] = maker
            except DataError as error:
                faults[module_name(task)] = error.cause
        return makers, units, faults


MOST_MENDS = 24
"""Instances beyond the usual ones that the tests of one task may use."""


@dataclass(slots=True)
class _Maker:
    """Makes the module of one task, again with what its tests were found to use.

    Attributes:
        more: instances beyond the usual ones.
    """

    task: Task
    listed: tuple[str, ...] | None
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def unit(self) -> Unit:
        """The module. Raises DataError as ``oracle_unit``."""
        return oracle_unit(self.task, self.listed, self.more)

    def mend(self, message: str) -> Unit | None:
        """The module with the instance that an error of rustc asks for, if it asks for one."""
        signature = read_signature(self.task.prompt, self.task.entry_point)
        wanted = wanted_instance(signature, message)
        if wanted is None or sum(map(len, self.more.values())) >= MOST_MENDS:
            return None
        parameter, kind = wanted
        if kind in self.more.get(parameter, ()):
            return None
        self.more[parameter] = (*self.more.get(parameter, ()), kind)
        return self.unit()

    def reword(self, error: str) -> str:
        """Say in the task's terms why its tests do not compile."""
        signature = read_signature(self.task.prompt, self.task.entry_point)
        return in_terms_of_the_task(error, self.task, signature)


def _keep(
    built: Compiled,
    faults: dict[str, str],
    makers: dict[str, _Maker],
    library: Path,
    notes: Path,
) -> None:
    if built.stop is not None:
        raise EnvironmentUnfitError(f"the tests cannot be compiled: {built.detail}")
    said = {name: makers[name].reword(error.text) for name, error in built.failed.items()}
    more = {name: maker.more for name, maker in makers.items() if maker.more}
    known = _Notes({**faults, **said}, more)
    for path, data in (
        (library, built.library.read_bytes() if built.library else b""),
        (notes, known.write()),
    ):
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
            partial.write(data)
        Path(partial.name).replace(path)
