"""Compile many modules as one crate, in a sandbox, and report each failing module's own error.

A module that fails is removed, and the rest is compiled again until it compiles. rustc reports
errors in phases (parse, resolve, types, borrows). A module is removed in the first phase in which
it has an error, so the other modules of its crate never change the error that is reported for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, BoxLimits, Provider
from evalpkg.sandbox.process import run_bounded
from evalpkg.scoring.crate_shelf import CrateShelf
from evalpkg.scoring.diagnostics import ROOT_FILE, Diagnostic, blame, errors, exhausting
from evalpkg.scoring.stops import Stop, explain
from evalpkg.scoring.subject import symbol
from evalpkg.scoring.support import put_support
from evalpkg.scoring.unit import Unit

LIBRARY = "batch.so"
ERROR_BYTES = 8 << 20


@dataclass(slots=True)
class Compiled:
    """The result of compiling a crate.

    Attributes:
        library: path of the crate's library, None if none was built.
        failed: the first error of each module that was removed, by the module's name.
        stop: why the rest could not be compiled; None if it could. ``detail`` says more.
        detail: the reason in a few words, for ``stop``.
        suspects: names of the modules in which rustc met ``stop``, as far as it says.
    """

    library: Path | None = None
    failed: dict[str, Diagnostic] = field(default_factory=dict)
    stop: Stop | None = None
    detail: str = ""
    suspects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CompileLimits:
    """Limits of one call of rustc.

    Attributes:
        cpu_s: CPU time in seconds.
        memory_mib: address space in MiB.
        file_mib: size of the largest file in MiB.
        processes: processes and threads.
    """

    cpu_s: float = 10.0
    memory_mib: int = 3072
    file_mib: int = 64
    processes: int = 64


CONFIGURED_OUT = Diagnostic(None, "nothing is left to call: an attribute removes the whole program")
"""Our own error for a crate that ``#![cfg(any())]`` empties: rustc reports none."""


class CrateCompiler:
    """Compiles crates in a sandbox."""

    def __init__(
        self,
        toolchain: Toolchain,
        runtime: Runtime,
        provider: Provider,
        crates: CrateShelf | None = None,
    ) -> None:
        self.toolchain = toolchain
        self.crates = crates or CrateShelf(toolchain, None)
        self._runtime = runtime
        self._provider = provider

    def compile(
        self,
        work: Path,
        units: Sequence[Unit],
        edition: str,
        limits: CompileLimits,
        *,
        shared: bool = False,
        crates: tuple[str, ...] = (),
        mend: Callable[[Unit, Diagnostic], Unit | None] = lambda _unit, _error: None,
    ) -> Compiled:
        """Compile ``units`` in the empty folder ``work``.

        Args:
            work: an empty folder on the file system of ``scratch_root()``.
            units: modules with distinct names.
            edition: of Rust.
            limits: of each call of rustc.
            shared: what is compiled runs confined, so its support library may be a shared copy.
            crates: third-party crates that the modules see.
            mend: gives another version of a module with an error, of the same name, to be tried
                in its place; None where there is none.
        """
        put_support(self._runtime.evalwire, work, shared=shared)
        third_party = self.crates.get(crates)
        for path in third_party.paths() if third_party else ():
            put_support(path, work, shared=shared)
        for unit in units:
            _write(work, unit)
        compiled = Compiled()
        left = list(units)
        while left:
            status, text = self._rustc(
                work, _write_root(work, left), self.command(edition, crates), limits
            )
            if status == 0:
                library = work / LIBRARY
                if left[0].is_root and symbol(left[0].name).encode() not in library.read_bytes():
                    compiled.failed[left[0].name] = CONFIGURED_OUT
                else:
                    compiled.library = library
                break
            found = list(errors(text))
            blamed = blame(found, left)
            if not blamed:
                compiled.stop, compiled.detail = explain(status, text, found)
                compiled.suspects = exhausting(found, left)
                break
            tried = [
                mend(unit, blamed[unit.name]) if unit.name in blamed else unit for unit in left
            ]
            for unit, other in zip(left, tried, strict=True):
                if other is None:
                    compiled.failed[unit.name] = blamed[unit.name]
                elif other is not unit:
                    _write(work, other)
            left = [unit for unit in tried if unit is not None]
        return compiled

    def _rustc(
        self, work: Path, root: str, command: list[str], limits: CompileLimits
    ) -> tuple[int, str]:
        bounds = BoxLimits(
            limits.memory_mib, max(1, round(limits.cpu_s)), limits.file_mib, limits.processes
        )
        if root != ROOT_FILE:  # the program is the crate's root and may set the crate's name
            command = [word for word in command if not word.startswith("--crate-name=")]
        boxed = self._provider.command(Box(work, building=True, limits=bounds), [*command, root])
        # The wall-time limit is generous: a loaded machine must not change a verdict.
        return run_bounded(boxed, wall_s=limits.cpu_s * 6 + 30, keep_bytes=ERROR_BYTES)

    def command(self, edition: str, crates: tuple[str, ...] = ()) -> list[str]:
        """Return rustc's command line without the root file; paths are relative to the folder."""
        flags = self.crates.flags(crates)
        return [*self.toolchain.cdylib(edition, LIBRARY), *flags, "--error-format=json"]


def _write(work: Path, unit: Unit) -> None:
    (work / f"{unit.name}.rs").write_bytes(unit.text.encode("utf-8", "surrogatepass"))


def _write_root(work: Path, units: Sequence[Unit]) -> str:
    """Write the crate's root file, unless the only module is the root; return its name."""
    if len(units) == 1 and units[0].is_root:
        return f"{units[0].name}.rs"
    text = "".join(f"{unit.export}\n" for unit in units)
    (work / ROOT_FILE).write_text(text, encoding="utf-8")
    return ROOT_FILE
