"""The protocol of sandbox providers, and the command line in which all of them end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from evalpkg.rust import BOXED_PROGRAMS, Runtime, Toolchain


@dataclass(frozen=True, slots=True)
class BoxLimits:
    """Upper bounds of one confined program.

    None sets no bound here; the program inside may set its own.

    Attributes:
        memory_mib: address space, in MiB.
        cpu_s: CPU time of one process, in seconds.
        file_mib: size of any file it writes, in MiB.
        processes: processes and threads together.
    """

    memory_mib: int | None = None
    cpu_s: int | None = None
    file_mib: int | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A request to run a confined program.

    Attributes:
        work: the only folder that belongs to the box; the program starts in it.
        building: True to run the compiler, which may write in ``work`` and start a linker; False to
            run compiled programs, which may only read the library in ``work``.
        limits: the upper bounds.
    """

    work: Path
    building: bool
    limits: BoxLimits


class Provider(Protocol):
    """A way to confine a program.

    A provider only builds the command line. ``evalpkg.sandbox.conformance`` runs hostile programs
    to find out whether it really confines on this machine.
    """

    name: str

    def missing(self) -> str | None:
        """Return why this provider cannot be tried here, or None."""

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Return the command line that runs ``inside`` (see ``evalbox confine``) in the box."""


class ProviderBase:
    """The part of every provider: the toolchain and our programs that it makes visible."""

    def __init__(self, toolchain: Toolchain, runtime: Runtime) -> None:
        self._toolchain = toolchain
        self._runtime = runtime


BOXED_WORK = Path("/evalpkg/work")
"""The work folder's path in a box with a root of its own. It hides nothing of the host's."""

HOST_NAME = "box"
"""The host's name as a program in the box sees it (``evalbox/namespaces.rs`` has the same)."""

POWERS = ("setuid", "setgid", "sys_chroot")
"""Capabilities that root's launcher needs in the box: it becomes a user of its own, so that its
processes are counted, and it leaves the file system. Then it drops them."""


def boxed(box: Box, runtime: Runtime) -> tuple[Box, Runtime]:
    """Return the box and our programs with their paths inside a box with a root of its own."""
    inside = replace(runtime, evalbox=BOXED_PROGRAMS / runtime.evalbox.name)
    return replace(box, work=BOXED_WORK), inside


def programs(toolchain: Toolchain, runtime: Runtime) -> tuple[Path, ...]:
    """Return the files that ``evalbox`` needs (its rpath) to start where no toolchain is."""
    return (runtime.evalbox, *toolchain.standard_library())


def confine(
    runtime: Runtime, readable: Sequence[Path], box: Box, inside: Sequence[str], *flags: str
) -> list[str]:
    """Return the ``evalbox confine`` command line.

    The command of every provider ends in it; it sets limits and seccomp.
    """
    command = [str(runtime.evalbox), "confine", *flags]
    for name in ("memory_mib", "cpu_s", "file_mib", "processes"):
        value = getattr(box.limits, name)
        if value is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    for path in readable:
        command += ["--readable", str(path)]
    if box.building:
        command.append("--building")
    command += ["--work-writable" if box.building else "--work", str(box.work)]
    return [*command, "--", *inside]


def needed_inside(toolchain: Toolchain, box: Box) -> tuple[Path, ...]:
    """Return the paths that must be readable in the box.

    To build, that is the whole toolchain; to run, only the system's libraries.
    """
    if box.building:
        return toolchain.readable
    return tuple(path for path in toolchain.readable if toolchain.sysroot not in path.parents)


_EVALBOX = re.compile(r"/[^\0:=]*/evalbox(?![^\0:])")


def profile_digest(provider: Provider, runtime: Runtime) -> str:
    """Return the sha256 of everything that shapes the confinement.

    That is the command lines and our own programs.
    """
    state = hashlib.sha256(provider.name.encode())
    for building in (True, False):
        box = Box(Path("/work"), building, BoxLimits(1, 1, 1, 1))
        line = "\0".join(provider.command(box, ["PROGRAM"]))
        # The path of our programs differs between runs and hosts, and does not matter.
        state.update(_EVALBOX.sub("evalbox", line).encode())
    state.update(runtime.digest.encode())
    return state.hexdigest()
