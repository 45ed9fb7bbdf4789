"""Compile many modules as one crate, confined; put out those that fail, with their own errors.

A module that fails is removed and the rest compiled again, until the rest compiles. rustc reports
errors in phases (parse, resolve, types, borrows) and a module leaves in the first phase in which
it has an error, alone or in company, so company never changes what is reported for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, BoxLimits, Provider
from evalpkg.sandbox.process import run_bounded
from evalpkg.scoring.crate_shelf import CrateShelf
from evalpkg.scoring.diagnostics import ROOT_FILE, Diagnostic, blame, errors
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
        library: the crate's library, None if it has none.
        failed: modules put out, with their first error.
        stop: set when the rest could not be compiled; ``detail`` says more.
    """

    library: Path | None = None
    failed: dict[str, Diagnostic] = field(default_factory=dict)
    stop: Stop | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CompileLimits:
    """Bounds of one call of rustc (seconds, MiB)."""

    cpu_s: float = 10.0
    memory_mib: int = 3072
    file_mib: int = 64
    processes: int = 64


CONFIGURED_OUT = Diagnostic(None, "nothing is left to call: an attribute removes the whole program")
"""What rustc has no words for: `#![cfg(any())]` makes an empty crate, without an error."""


class CrateCompiler:
    """Compiles crates in a provider's box."""

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
    ) -> Compiled:
        """Compile ``units`` in the empty folder ``work``.

        Args:
            work: on the file system of ``scratch_root()``.
            units: modules with distinct names.
            edition: of Rust.
            limits: of each call of rustc.
            shared: what is compiled runs confined, so its support library may be a shared copy.
            crates: third-party crates that the modules see.
        """
        put_support(self._runtime.evalwire, work, shared=shared)
        third_party = self.crates.get(crates)
        for path in third_party.paths() if third_party else ():
            put_support(path, work, shared=shared)
        for unit in units:
            (work / f"{unit.name}.rs").write_bytes(unit.text.encode("utf-8", "surrogatepass"))
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
                break
            compiled.failed.update(blamed)
            left = [unit for unit in left if unit.name not in blamed]
        return compiled

    def _rustc(
        self, work: Path, root: str, command: list[str], limits: CompileLimits
    ) -> tuple[int, str]:
        bounds = BoxLimits(
            limits.memory_mib, max(1, round(limits.cpu_s)), limits.file_mib, limits.processes
        )
        if root != ROOT_FILE:  # a crate of a program's own, which may name itself
            command = [word for word in command if not word.startswith("--crate-name=")]
        boxed = self._provider.command(Box(work, building=True, limits=bounds), [*command, root])
        # Wall time is only a backstop: a loaded machine must not turn into a verdict.
        return run_bounded(boxed, wall_s=limits.cpu_s * 6 + 30, keep_bytes=ERROR_BYTES)

    def command(self, edition: str, crates: tuple[str, ...] = ()) -> list[str]:
        """The rustc command line, but for the root file; paths are relative to the box's folder."""
        flags = self.crates.flags(crates)
        return [*self.toolchain.cdylib(edition, LIBRARY), *flags, "--error-format=json"]


def _write_root(work: Path, units: Sequence[Unit]) -> str:
    """The crate's root file, written unless the only module is it."""
    if len(units) == 1 and units[0].is_root:
        return f"{units[0].name}.rs"
    text = "".join(f"{unit.export}\n" for unit in units)
    (work / ROOT_FILE).write_text(text, encoding="utf-8")
    return ROOT_FILE
