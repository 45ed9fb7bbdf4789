"""Our own launcher: Landlock, seccomp, rlimits, and namespaces where the kernel allows them."""

from __future__ import annotations

from collections.abc import Sequence

from evalpkg.sandbox.base import Box, ProviderBase, confine, needed_inside


class Landlock(ProviderBase):
    """Confines without any other program, as root or an ordinary user (Linux 5.13 or newer)."""

    name = "landlock"

    def missing(self) -> str | None:
        """Return a reason if the kernel has no Landlock."""
        return None if self._runtime.landlock_abi else "this kernel has no Landlock"

    def command(self, box: Box, inside: Sequence[str]) -> list[str]:
        """Return the command line of ``evalbox confine``, which does everything."""
        readable = needed_inside(self._toolchain, box)
        return confine(self._runtime, readable, box, inside)
