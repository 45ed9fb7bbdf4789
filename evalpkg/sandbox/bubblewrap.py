"""bubblewrap: a root file system that holds only what is needed, all namespaces unshared."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, confine, needed_inside
from evalpkg.sandbox.landlock import landlock_abi


class Bubblewrap:
    """``bwrap`` around ``evalbox confine``, which adds limits, seccomp and (if any) Landlock."""

    name = "bubblewrap"

    def __init__(self, toolchain: Toolchain, runtime: Runtime) -> None:
        self._toolchain = toolchain
        self._runtime = runtime

    def missing(self) -> str | None:
        """``bwrap`` must be on PATH."""
        return None if shutil.which("bwrap") else "bwrap is not installed"

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Bind what is needed read-only, the work folder as ``/tmp``."""
        command = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user"]
        command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        needed = needed_inside(self._toolchain, box)
        for path in dict.fromkeys([*needed, self._toolchain.libraries, self._runtime.evalbox]):
            if path.is_symlink():
                command += ["--symlink", str(path.readlink()), str(path)]
            else:
                command += ["--ro-bind", str(path), str(path)]
        if box.building:
            # The dynamic loader asks /proc where rustc lies, to find its libraries.
            command += ["--proc", "/proc"]
        bind = "--bind" if box.building else "--ro-bind"
        command += ["--dev", "/dev", bind, str(box.work), "/tmp", "--chdir", "/tmp", "--"]  # noqa: S108
        flags = ["--no-namespaces", "--keep-user"]
        if not landlock_abi(self._runtime):
            flags.append("--no-landlock")
        within = replace(box, work=Path("/tmp"))  # noqa: S108 - the box's own
        return command + confine(self._runtime, needed, within, inside, *flags)
