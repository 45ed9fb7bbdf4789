"""No sandbox: used only if the user asks for it by name, and then with a warning."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.sandbox.base import Box, ProviderBase, confine


class Unconfined(ProviderBase):
    """Limits CPU, memory and files; a program may see and reach everything else."""

    name = "none"

    def missing(self) -> str | None:
        """Return None: this provider always works."""
        return None

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Return the ``evalbox confine`` command with everything but the limits off."""
        flags = ["--no-namespaces", "--own-user", "--no-landlock", "--no-seccomp"]
        return confine(self._runtime, (), box, inside, *flags)
