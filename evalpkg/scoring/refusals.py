"""Read how often the kernel has refused programs memory or processes.

The kernel counts the processes that it kills when memory runs out, and those that a control group's
limit kept from starting. If a count rises while a program is compiled or runs, the machine may be
the cause of the program's end.
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
    """Yield the folders of this process's control groups, the innermost first.

    Args:
        controller: ``memory`` or ``pids``. Version 1 of control groups has a hierarchy for each
            controller; version 2 has one for all.
        own: a file like ``/proc/self/cgroup``.
        root: the folder where control groups are mounted.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, names, path = line.split(":", 2)
        if names and controller not in names.split(","):
            continue
        # In a container the root is often its own group, whatever the path says.
        top = root / names if names else root
        top = top if top.is_dir() else root / controller if names else root
        inner = top / path.lstrip("/")
        folders = [inner, *inner.parents]
        yield from (folder for folder in folders if folder.is_relative_to(top) and folder.is_dir())


def memory_is_promised(setting: Path = OVERCOMMIT) -> bool:
    """Tell whether an allocation can fail only by a process's own limit.

    If the kernel limits all allocations together (``vm.overcommit_memory`` is 2), another process
    may be the cause. The answer is False then, and also if the setting cannot be read.
    """
    try:
        return setting.read_text(encoding="ascii").strip() in ("0", "1")
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Refusals:
    """The kernel's counts at one moment.

    Attributes:
        killed: processes killed because memory ran out.
        unborn: processes and threads that a control group's limit kept from starting.
    """

    killed: int = 0
    unborn: int = 0

    @classmethod
    def now(cls) -> Refusals:
        """Read the counts; a count that cannot be read is 0."""
        memory = [folder / "memory.events" for folder in own_groups("memory")]
        memory += [folder / "memory.oom_control" for folder in own_groups("memory")]
        pids = [folder / "pids.events" for folder in own_groups("pids")]
        killed = _sum(_OOM_KILL, [*memory, Path("/proc/vmstat")])
        return cls(killed, _sum(_PIDS_MAX, pids))

    def since(self, earlier: Refusals) -> str:
        """Say in a few words what the kernel has refused since ``earlier``; empty if nothing."""
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
