"""bubblewrap: a root file system with only the needed files, in namespaces of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from evalpkg.rust import BOXED_PROGRAMS
from evalpkg.sandbox.base import (
    BOXED_WORK,
    HOST_NAME,
    POWERS,
    Box,
    ProviderBase,
    boxed,
    confine,
    needed_inside,
    programs,
)


class Bubblewrap(ProviderBase):
    """Runs ``evalbox confine`` under ``bwrap``; it adds limits, seccomp and, if any, Landlock."""

    name = "bubblewrap"

    def missing(self) -> str | None:
        """Return a reason if ``bwrap`` is not on PATH."""
        return None if shutil.which("bwrap") else "bwrap is not installed"

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Bind the needed paths read-only; mount the work folder and our programs."""
        command = [shutil.which("bwrap") or "bwrap", "--unshare-ipc", "--unshare-pid"]
        command += [
            "--unshare-net",
            "--unshare-uts",
            "--hostname",
            HOST_NAME,
            "--unshare-cgroup-try",
        ]
        command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        flags = ["--no-namespaces"]
        if os.getuid() == 0 and not box.building:
            # The kernel counts no threads of root, in a user namespace either. So the launcher
            # becomes a user of its own, and then drops these capabilities.
            command += [word for power in POWERS for word in ("--cap-add", f"cap_{power}")]
        else:
            command.append("--unshare-user")
            flags.append("--own-user")
        needed = needed_inside(self._toolchain, box)
        for path in needed:
            if path.is_symlink():
                command += ["--symlink", str(path.readlink()), str(path)]
            else:
                command += ["--ro-bind", str(path), str(path)]
        for path in programs(self._toolchain, self._runtime):
            command += ["--ro-bind", str(path), str(BOXED_PROGRAMS / path.name)]
        if box.building:
            # The dynamic loader reads rustc's path from /proc, to find its libraries.
            command += ["--proc", "/proc"]
        work = str(BOXED_WORK)
        bind = "--bind" if box.building else "--ro-bind"
        command += ["--dev", "/dev", bind, str(box.work), work, "--chdir", work, "--"]
        if not self._runtime.landlock_abi:
            flags.append("--no-landlock")
        within, runtime = boxed(box, self._runtime)
        return command + confine(runtime, needed, within, inside, *flags)
