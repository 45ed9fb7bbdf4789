"""firejail, held to its word: it silently does nothing inside some containers, and exits 0."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, confine, needed_inside
from evalpkg.sandbox.landlock import landlock_abi
from evalpkg.sandbox.scratch import scratch_root

HIDDEN = ("/root", "/home", "/opt", "/mnt", "/media", "/srv", "/var", "/boot", "/etc/passwd")


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
    def _outside_home(self) -> tuple[tempfile.TemporaryDirectory[str], Runtime]:
        """The runtime and the standard library, copied to where no home folder hides them."""
        folder = tempfile.TemporaryDirectory(dir=scratch_root(), prefix="evalpkg-firejail-")
        Path(folder.name).chmod(0o755)
        shutil.copy(self._runtime.evalbox, folder.name)
        for library in self._toolchain.libraries.glob("libstd-*.so"):
            shutil.copy(library, folder.name)
        return folder, replace(self._runtime, evalbox=Path(folder.name, "evalbox"))

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """No profile file: its options are all here, so that the digest covers them."""
        command = [shutil.which("firejail") or "firejail", "--quiet", "--noprofile"]
        command += ["--net=none", "--caps.drop=all", "--nonewprivs", "--ipc-namespace"]
        command += ["--nogroups", "--nodvd", "--nosound", "--notv", "--nou2f", "--novideo"]
        command += ["--read-only=/"]
        flags = ["--no-namespaces", "--keep-user"]
        if not landlock_abi(self._runtime):
            flags.append("--no-landlock")
        readable = needed_inside(self._toolchain, box)
        if box.building:
            command.append(f"--read-write={box.work}")
            return [*command, "--", *confine(self._runtime, readable, box, inside, *flags)]
        hidden = [path for path in HIDDEN if not box.work.is_relative_to(path)]
        command += [f"--blacklist={path}" for path in hidden]
        _, runtime = self._outside_home
        return [*command, "--", *confine(runtime, readable, box, inside, *flags)]
