"""firejail, held to its word: it silently does nothing inside some containers, and exits 0."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import HOST_NAME, POWERS, Box, confine, needed_inside, programs
from evalpkg.sandbox.scratch import scratch_root

HIDDEN = ("/root", "/home", "/opt", "/mnt", "/media", "/srv", "/var", "/boot", "/etc/passwd")

WRITABLE = ("/tmp", "/dev/shm", "/run/user")  # noqa: S108 - to be made read-only
"""What else firejail leaves writable. Not ``/`` at once: firejail then silently makes no user
namespace, nor can the launcher."""


class Firejail:
    """``firejail`` around ``evalbox confine``; whether it confines is for the checks to say."""

    name = "firejail"

    def __init__(self, toolchain: Toolchain, runtime: Runtime) -> None:
        self._toolchain = toolchain
        self._runtime = runtime

    def missing(self) -> str | None:
        """``firejail`` must be on PATH."""
        return None if shutil.which("firejail") else "firejail is not installed"

    @cached_property
    def _staged(self) -> tuple[tempfile.TemporaryDirectory[str], Runtime]:
        """Our programs, where neither we nor firejail itself (``/var/tmp``, homes) hide them."""
        folder = tempfile.TemporaryDirectory(dir=scratch_root(), prefix="firejail-")
        Path(folder.name).chmod(0o755)
        for path in programs(self._toolchain, self._runtime):
            shutil.copy(path, folder.name)
        return folder, replace(self._runtime, evalbox=Path(folder.name, "evalbox"))

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """No profile file: its options are all here, so that the digest covers them."""
        command = [shutil.which("firejail") or "firejail", "--quiet", "--noprofile"]
        command += ["--net=none", "--nonewprivs", "--ipc-namespace", f"--hostname={HOST_NAME}"]
        command += ["--nogroups", "--nodvd", "--nosound", "--notv", "--nou2f", "--novideo"]
        command += [f"--read-only={path}" for path in (*HIDDEN, *WRITABLE)]
        flags = ["--no-namespaces"]
        if os.getuid() != 0:
            # A user namespace, in which the user's other processes do not count.
            command += ["--caps.drop=all", "--noroot"]
            flags.append("--own-user")
        elif box.building:
            command.append("--caps.drop=all")
        else:
            # Root's threads are not counted; the launcher inside becomes a user that nobody else
            # is, and gives these up.
            command.append(f"--caps.keep={','.join(POWERS)}")
        if not self._runtime.landlock_abi:
            flags.append("--no-landlock")
        readable = needed_inside(self._toolchain, box)
        if box.building:
            command.append(f"--read-write={box.work}")
        else:
            hidden = [path for path in HIDDEN if not box.work.is_relative_to(path)]
            command += [f"--blacklist={path}" for path in hidden]
        _, runtime = self._staged
        # firejail sets variables of its own: where it was started, the shell, the search path.
        empty = [shutil.which("env") or "/usr/bin/env", "-i"]
        return [*command, "--", *empty, *confine(runtime, readable, box, inside, *flags)]
