"""What a sandbox provider is asked for, and how it answers."""

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
    """Upper bounds of one confined program; None leaves the resource to the program inside.

    Attributes:
        memory_mib: address space.
        cpu_s: CPU time of one process.
        file_mib: size of any file it writes.
        processes: processes and threads together.
    """

    memory_mib: int | None = None
    cpu_s: int | None = None
    file_mib: int | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A request to run something confined.

    Attributes:
        work: the only folder of its own; the program starts in it.
        building: True to run the compiler (which may write in ``work`` and start a linker), False
            to serve subjects (which may only read the library in ``work``).
        limits: see ``BoxLimits``.
    """

    work: Path
    building: bool
    limits: BoxLimits


class Provider(Protocol):
    """A way to confine a program.

    A provider only says what to execute; ``evalpkg.sandbox.conformance`` finds out, by running
    hostile programs, whether it really confines here.
    """

    name: str

    def missing(self) -> str | None:
        """Why this provider cannot be tried here, or None."""

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """The command line that runs ``inside`` (see ``evalbox confine``) in the box."""


BOXED_WORK = Path("/evalpkg/work")
"""The work folder in a box with a root of its own, at a path that hides nothing of the host's."""

HOST_NAME = "box"
"""What a program is told the host's name is (``evalbox/namespaces.rs`` says the same)."""

POWERS = ("setuid", "setgid", "sys_chroot")
"""Capabilities that root's launcher needs in the box: to become a user that nobody else is, whose
processes are therefore counted, and to leave the file system behind. It gives them up at once."""


def boxed(box: Box, runtime: Runtime) -> tuple[Box, Runtime]:
    """The box and our programs as they are seen from inside such a root."""
    inside = replace(runtime, evalbox=BOXED_PROGRAMS / runtime.evalbox.name)
    return replace(box, work=BOXED_WORK), inside


def programs(toolchain: Toolchain, runtime: Runtime) -> tuple[Path, ...]:
    """What ``evalbox`` needs beside it (its rpath) to start where no toolchain is."""
    return (runtime.evalbox, *toolchain.standard_library())


def confine(
    runtime: Runtime, readable: Sequence[Path], box: Box, inside: Sequence[str], *flags: str
) -> list[str]:
    """The ``evalbox confine`` command line: every provider ends in it, for limits and seccomp."""
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
    """What must be readable in the box: all of the toolchain to build, system libraries to run."""
    if box.building:
        return toolchain.readable
    return tuple(path for path in toolchain.readable if toolchain.sysroot not in path.parents)


_EVALBOX = re.compile(r"/[^\0:=]*/evalbox(?![^\0:])")


def profile_digest(provider: Provider, runtime: Runtime) -> str:
    """sha256 of all that shapes the confinement: the command lines and our own programs."""
    state = hashlib.sha256(provider.name.encode())
    for building in (True, False):
        box = Box(Path("/work"), building, BoxLimits(1, 1, 1, 1))
        line = "\0".join(provider.command(box, ["PROGRAM"]))
        # Where our programs lie differs from run to run and host to host, and shapes nothing.
        state.update(_EVALBOX.sub("evalbox", line).encode())
    state.update(runtime.digest.encode())
    return state.hexdigest()
