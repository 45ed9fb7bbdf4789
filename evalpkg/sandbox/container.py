"""podman and docker: an empty image, the host's toolchain mounted read-only, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
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

IMAGE = "evalpkg-empty:1"

OF_THE_ENGINE = (
    *("PATH", "TMPDIR", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
    *("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"),
    *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"),
)
"""Variables that tell an engine where its helpers, its daemon, its settings and its images are."""


class Container(ProviderBase):
    """Runs ``evalbox confine`` in a container of an engine."""

    name = ""

    def missing(self) -> str | None:
        """Return a reason if the engine does not answer or takes no empty image.

        Nothing is downloaded.
        """
        if shutil.which(self.name) is None:
            return f"{self.name} is not installed"
        if fault := self._ask("info"):
            return f"{self.name} is installed, but its engine does not answer: {fault}"
        if not self._ask("image", "inspect", IMAGE):
            return None
        if fault := self._ask("import", "-", IMAGE, data=_empty()):
            return f"{self.name} cannot import an empty image: {fault}"
        return None

    def _ask(self, *arguments: str, data: bytes = b"") -> str:
        """Run one of the engine's commands; return its last words if it fails, else nothing."""
        try:
            done = subprocess.run(
                [self.name, *arguments], input=data, capture_output=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode == 0:
            return ""
        lines = done.stderr.decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), f"{done.returncode}")

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Return the command that starts a fresh container for each batch."""
        # A sandbox starts without variables; these are for the engine, and enter no container.
        told = [f"{name}={os.environ[name]}" for name in OF_THE_ENGINE if os.environ.get(name)]
        command = [shutil.which("env") or "/usr/bin/env", *told]
        command += [shutil.which(self.name) or self.name, "run", "--rm", "-i", "--init=false"]
        command += ["--network=none", f"--hostname={HOST_NAME}", "--read-only", "--cap-drop=all"]
        if not box.building:
            command += [f"--cap-add={power}" for power in POWERS]
        # The launcher limits the program's processes. These limits count the engine's own too.
        command += ["--pids-limit=300", "--ulimit=nofile=1024:1024", "--ulimit=nproc=4096:4096"]
        command += ["--security-opt=no-new-privileges", "--pull=never", f"--workdir={BOXED_WORK}"]
        needed = needed_inside(self._toolchain, box)
        command += [f"--volume={path.resolve()}:{path}:ro" for path in needed]
        for path in programs(self._toolchain, self._runtime):
            command.append(f"--volume={path}:{BOXED_PROGRAMS / path.name}:ro")
        mode = "rw" if box.building else "ro"
        command += [f"--volume={box.work}:{BOXED_WORK}:{mode}", IMAGE]
        flags = ["--no-namespaces"]
        if not self._runtime.landlock_abi:
            flags.append("--no-landlock")
        within, runtime = boxed(box, self._runtime)
        return command + confine(runtime, needed, within, inside, *flags)


class Podman(Container):
    """podman, which needs no daemon."""

    name = "podman"


class Docker(Container):
    """docker, if its daemon runs."""

    name = "docker"


def _empty() -> bytes:
    """Return an image archive with one empty file."""
    import io
    import tarfile

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("empty"))
    return data.getvalue()
