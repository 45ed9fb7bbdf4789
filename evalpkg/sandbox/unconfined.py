"""No sandbox: only when asked for by name, and shouted about."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, confine


class Unconfined:
    """Limits on CPU, memory and files stay; what a program may see and reach does not."""

    name = "none"

    def __init__(self, toolchain: Toolchain, runtime: Runtime) -> None:
        self._toolchain = toolchain
        self._runtime = runtime

    def missing(self) -> str | None:
        """Always there."""
        return None

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """``evalbox confine`` with all but the limits switched off."""
        flags = ["--no-namespaces", "--own-user", "--no-landlock", "--no-seccomp"]
        return confine(self._runtime, (), box, inside, *flags)
