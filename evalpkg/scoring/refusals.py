"""How often the kernel has refused this machine's programs something: a sign of whose fault it was.

The kernel counts what it kills for want of memory, and each process that a control group's limit
kept from starting. Where a count has risen while a program was compiled or ran, its end is not
believed to be its own doing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
OVERCOMMIT = Path("/proc/sys/vm/overcommit_memory")
_OOM_KILL = re.compile(r"^oom_kill (\d+)", re.MULTILINE)
_PIDS_MAX = re.compile(r"^max (\d+)", re.MULTILINE)


def own_groups(controller: str, own: Path = OWN, root: Path = CGROUPS) -> Iterator[Path]:
    """Folders of the control groups that this process is in, the innermost first.

    Args:
        controller: ``memory`` or ``pids``; version 1 has a hierarchy for each, version 2 one.
        own: as ``/proc/self/cgroup``.
        root: where control groups are mounted.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, names, path = line.split(":", 2)
        if names and controller not in names.split(","):
            continue
        # A container often sees its own group as the root, whatever the path says.
        top = root / names if names else root
        top = top if top.is_dir() else root / controller if names else root
        inner = top / path.lstrip("/")
        folders = [inner, *inner.parents]
        yield from (folder for folder in folders if folder.is_relative_to(top) and folder.is_dir())


def memory_is_promised(setting: Path = OVERCOMMIT) -> bool:
    """Tell whether an allocation fails by a process's own limit alone, never for want of memory.

    Where the kernel counts what it promises (``vm.overcommit_memory`` is 2), or that cannot be
    read, a neighbour's use may be the reason.
    """
    try:
        return setting.read_text(encoding="ascii").strip() in ("0", "1")
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Refusals:
    """Counts at one moment.

    Attributes:
        killed: processes ended for want of memory.
        unborn: processes and threads that a control group's limit kept from starting.
    """

    killed: int = 0
    unborn: int = 0

    @classmethod
    def now(cls) -> Refusals:
        """Read the counts; those that cannot be read are 0."""
        memory = [folder / "memory.events" for folder in own_groups("memory")]
        memory += [folder / "memory.oom_control" for folder in own_groups("memory")]
        pids = [folder / "pids.events" for folder in own_groups("pids")]
        killed = _sum(_OOM_KILL, [*memory, Path("/proc/vmstat")])
        return cls(killed, _sum(_PIDS_MAX, pids))

    def since(self, earlier: Refusals) -> str:
        """What the kernel refused meanwhile, in a few words; empty if nothing."""
        if self.killed > earlier.killed:
            return "the machine ran out of memory"
        if self.unborn > earlier.unborn:
            return "the machine refused a process or a thread (limit of its control group)"
        return ""


def _sum(pattern: re.Pattern[str], files: list[Path]) -> int:
    total = 0
    for file in files:
        try:
            found = pattern.search(file.read_text(encoding="ascii", errors="replace"))
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total
