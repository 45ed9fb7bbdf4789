"""firejail must prove itself: in some containers it silently does nothing and exits with 0."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from evalpkg.rust import Runtime
from evalpkg.sandbox.base import (
    HOST_NAME,
    POWERS,
    Box,
    ProviderBase,
    confine,
    needed_inside,
    programs,
)
from evalpkg.sandbox.scratch import scratch_root

HIDDEN = ("/root", "/home", "/opt", "/mnt", "/media", "/srv", "/var", "/boot", "/etc/passwd")

WRITABLE = ("/tmp", "/dev/shm", "/run/user")  # noqa: S108 - to be made read-only
"""Other folders that firejail leaves writable. Not ``/`` as a whole: firejail then silently
makes no user namespace, and the launcher cannot make one."""


class Firejail(ProviderBase):
    """Runs ``evalbox confine`` under ``firejail``; the conformance checks show if it confines."""

    name = "firejail"

    def missing(self) -> str | None:
        """Return a reason if ``firejail`` is not on PATH."""
        return None if shutil.which("firejail") else "firejail is not installed"

    @cached_property
    def _staged(self) -> tuple[tempfile.TemporaryDirectory[str], Runtime]:
        """Copy our programs to a folder that neither we nor firejail (``/var/tmp``, homes) hide."""
        folder = tempfile.TemporaryDirectory(dir=scratch_root(), prefix="firejail-")
        Path(folder.name).chmod(0o755)
        for path in programs(self._toolchain, self._runtime):
            shutil.copy(path, folder.name)
        return folder, replace(self._runtime, evalbox=Path(folder.name, "evalbox"))

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Return a command line without a profile file, so that the digest covers all."""
        command = [shutil.which("firejail") or "firejail", "--quiet", "--noprofile"]
        command += ["--net=none", "--nonewprivs", "--ipc-namespace", f"--hostname={HOST_NAME}"]
        command += ["--nogroups", "--nodvd", "--nosound", "--notv", "--nou2f", "--novideo"]
        command += [f"--read-only={path}" for path in (*HIDDEN, *WRITABLE)]
        flags = ["--no-namespaces"]
        if os.getuid() != 0:
            # In a user namespace of its own, the user's other processes do not count.
            command += ["--caps.drop=all", "--noroot"]
            flags.append("--own-user")
        elif box.building:
            command.append("--caps.drop=all")
        else:
            # The kernel counts no threads of root. So the launcher becomes a user of its own, and
            # then drops these capabilities.
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
        # firejail sets environment variables of its own: its folder, the shell, the search path.
        empty = [shutil.which("env") or "/usr/bin/env", "-i"]
        return [*command, "--", *empty, *confine(runtime, readable, box, inside, *flags)]
