"""Compile many modules as one crate, confined; put out those that fail, with their own errors.

A module that fails is removed and the rest compiled again, until the rest compiles. rustc reports
errors in phases (parse, resolve, types, borrows) and a module leaves in the first phase in which
it has an error, alone or in company, so company never changes what is reported for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, Limits, Provider
from evalpkg.sandbox.process import SANDBOX_FAILED, run_bounded

LIBRARY = "batch.so"
ERROR_BYTES = 8 << 20
EXHAUSTED = "tried to allocate more memory than available to compiler"
"""An error that a module may have only in company: its neighbours' constants took the memory."""
SIGXCPU, SIGXFSZ = 24, 25


@dataclass(frozen=True, slots=True)
class Unit:
    """One module of a crate.

    Attributes:
        name: of the module, its file and (with a prefix) its symbol.
        text: its source file.
        export: the one line in the crate's root that declares and exports it.
        is_root: the module is a crate of its own, and its text already exports it.
    """

    name: str
    text: str
    export: str
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The first error that rustc reported in a module."""

    code: str | None
    text: str


class Stop(Enum):
    """Why a crate was not compiled for a reason that no module's errors explain."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    DISK = "disk"
    CRASH = "crash"
    LINK = "link"
    INFRA = "infra"


@dataclass(slots=True)
class Compiled:
    """What became of a crate.

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


class CrateCompiler:
    """Compiles crates in a provider's box."""

    def __init__(self, toolchain: Toolchain, runtime: Runtime, provider: Provider) -> None:
        self._toolchain = toolchain
        self._runtime = runtime
        self._provider = provider

    def compile(
        self, work: Path, units: Sequence[Unit], edition: str, limits: CompileLimits
    ) -> Compiled:
        """Compile ``units`` in the empty folder ``work``."""
        (work / "libevalwire.rlib").write_bytes(self._runtime.evalwire.read_bytes())
        for unit in units:
            (work / f"{unit.name}.rs").write_bytes(unit.text.encode("utf-8", "surrogatepass"))
        compiled = Compiled()
        left = list(units)
        while left:
            status, errors = self._rustc(work, _write_root(work, left), edition, limits)
            if status == 0:
                compiled.library = work / LIBRARY
                break
            blamed = _blame(errors, left)
            if not blamed:
                compiled.stop, compiled.detail = _explain(status, errors)
                break
            compiled.failed.update(blamed)
            left = [unit for unit in left if unit.name not in blamed]
        return compiled

    def _rustc(self, work: Path, root: str, edition: str, limits: CompileLimits) -> tuple[int, str]:
        bounds = Limits(
            limits.memory_mib, max(1, round(limits.cpu_s)), limits.file_mib, limits.processes
        )
        command = self._provider.command(
            Box(work, building=True, limits=bounds), [*self.command(edition), root]
        )
        # Wall time is only a backstop: a loaded machine must not turn into a verdict.
        return run_bounded(command, wall_s=limits.cpu_s * 6 + 30, keep_bytes=ERROR_BYTES)

    def command(self, edition: str) -> list[str]:
        """The rustc command line, but for the root file; paths are relative to the box's folder."""
        return [*self._toolchain.cdylib(edition, LIBRARY), "--error-format=json"]


def _write_root(work: Path, units: Sequence[Unit]) -> str:
    """The crate's root file, written unless the only module is it."""
    if len(units) == 1 and units[0].is_root:
        return f"{units[0].name}.rs"
    text = "".join(f"{unit.export}\n" for unit in units)
    (work / "lib.rs").write_text(text, encoding="utf-8")
    return "lib.rs"


def _errors(text: str) -> Iterator[dict[str, Any]]:
    # Not splitlines: rustc leaves U+2028 and its kin as they are inside its strings.
    for line in text.split("\n"):
        if line.startswith("{"):
            try:
                message = json.loads(line)
            except json.JSONDecodeError:
                continue  # cut off by the size limit
            if message.get("level") == "error" or message.get("level", "").startswith("error:"):
                yield message


def _blame(errors: str, units: Sequence[Unit]) -> dict[str, Diagnostic]:
    """The first error of each module that has one."""
    names: dict[str, str] = {f"{unit.name}.rs": unit.name for unit in units}
    blamed: dict[str, Diagnostic] = {}
    for message in _errors(errors):
        if message.get("message") == EXHAUSTED:
            continue
        for span in message.get("spans", ()):
            name = _module(span, names, units)
            if span.get("is_primary") and name is not None:
                code = str((message.get("code") or {}).get("code", ""))
                known = code if code.startswith("E0") else None  # a lint's name is not a code
                blamed.setdefault(name, Diagnostic(known, _readable(message, span)))
                break
    return blamed


def _module(span: dict[str, Any], names: dict[str, str], units: Sequence[Unit]) -> str | None:
    """The module that a span lies in, following macro expansions outward."""
    here: dict[str, Any] | None = span
    while here is not None:
        if here["file_name"] in names:
            return names[str(here["file_name"])]
        if here["file_name"] == "lib.rs" and 0 < here["line_start"] <= len(units):
            return units[int(here["line_start"]) - 1].name
        here = (here.get("expansion") or {}).get("span")
    return None


def _readable(message: dict[str, Any], span: dict[str, Any]) -> str:
    """The error in a few lines, the same in any company.

    Notes and suggestions are left out, and paths cut to their last segment: rustc names what else
    the crate holds there, and spells a path out where a neighbour uses the same name.
    """
    code = (message.get("code") or {}).get("code")
    lines = [f"error[{code}]: " if code else "error: "]
    lines[0] += _PATH.sub("", str(message.get("message", "")))
    where = span
    while where["file_name"].startswith("/") and where.get("expansion"):
        where = where["expansion"]["span"]
    lines.append(f" --> solution.rs:{where['line_start']}:{where['column_start']}")
    lines += [f"  | {text['text'].strip()}" for text in where.get("text", ())[:2]]
    if label := span.get("label"):
        lines.append(f"  = {_PATH.sub('', label)}")
    return "\n".join(lines)[:4000]


_PATH = re.compile(r"(?:\b[A-Za-z_]\w*::)+(?=[A-Za-z_<{])")


_FOLDERS = re.compile(r"(?:/[\w.+-]+)+/(?=[\w.+-])")
"""Where things lie on this machine is nobody's business."""


def _explain(status: int, errors: str) -> tuple[Stop, str]:
    """Why rustc failed without blaming a module."""
    signal = status - 128 if status > 128 else 0
    plain = [line for line in errors.split("\n") if line and not line.startswith("{")]
    messages = [str(message.get("message", "")) for message in _errors(errors)]
    telling = [line for line in plain if "error" in line or "panicked" in line]
    detail = (messages or telling or plain or [f"rustc ended with status {status}"])[0]
    detail = _FOLDERS.sub("", detail)[:500]
    if status < 0 or signal == SIGXCPU or (signal == 9 and not messages):
        return Stop.TIMEOUT, "compiling took too much time"
    if signal == SIGXFSZ or "No space left" in errors or "File too large" in errors:
        return Stop.DISK, "the compiled program is too large"
    exhausted = "memory allocation of" in errors or "out of memory" in errors.lower()
    if exhausted or EXHAUSTED in messages:
        return Stop.MEMORY, "compiling took too much memory"
    if status == SANDBOX_FAILED:
        return Stop.INFRA, "; ".join(plain)[:500] or "the sandbox failed"
    if any("linking with" in message for message in messages):
        return Stop.LINK, detail
    return Stop.CRASH, detail
