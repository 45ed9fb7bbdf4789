"""CPU time, wall time and memory of a command and everything it starts."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evalpkg.errors import ExitCode

_V1, _V2 = Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")
CGROUPS = _V1 if _V1.is_dir() else _V2
"""Mount points of control groups that count CPU time."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Cost of a command.

    Attributes:
        cpu_s: user and system time of all descendants that were waited for, by ``wait4``.
        cgroup_cpu_s: the same by control group, which misses nobody; None where none can be made.
        peak_mib: largest resident set of any one process that was waited for (rustc, mostly).
        own_peak_mib: largest resident set of the command's first process.
        busy: CPU seconds that other programs of this machine used meanwhile, per second.
    """

    cpu_s: float
    cgroup_cpu_s: float | None
    wall_s: float
    peak_mib: float
    own_peak_mib: float
    busy: float

    @property
    def cpu(self) -> float:
        """Return the better of the two figures, in seconds."""
        return self.cpu_s if self.cgroup_cpu_s is None else self.cgroup_cpu_s

    @property
    def seen(self) -> float:
        """Return the share of the CPU time that ``wait4`` saw."""
        return self.cpu_s / self.cpu


def measure(command: Sequence[str], environment: Mapping[str, str]) -> Usage:
    """Run ``command`` to its end.

    Raises:
        RuntimeError: if it fails.
    """
    with _group() as group, tempfile.TemporaryFile("w+") as said:
        started, others = time.monotonic(), machine_cpu_s()
        process = subprocess.Popen(
            command, env=dict(environment), stdout=said, stderr=said, preexec_fn=_enter(group)
        )
        own_peak_kib = _watch(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, ExitCode.INCOMPLETE):
            said.seek(0)
            raise RuntimeError(f"{command[:6]}: {process.returncode}: {said.read()[-2000:]}")
        cpu = used.ru_utime + used.ru_stime
        grouped = group_cpu_s(group) if group else None
        rest = machine_cpu_s() - others - (cpu if grouped is None else grouped)
        peaks = used.ru_maxrss / 1024, own_peak_kib / 1024
        return Usage(cpu, grouped, wall, *peaks, max(0.0, rest / wall))


def _watch(pid: int) -> int:
    """Wait for the process to end, without reaping it; its largest resident set in KiB."""
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        status = Path(f"/proc/{pid}/status").read_text()
        lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        peak = max(peak, *(int(line.split()[1]) for line in lines), 0)
        time.sleep(0.1)
    return peak


def machine_cpu_s() -> float:
    """Return the machine's CPU time so far: user, nice, system, interrupts."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    busy = [int(fields[place]) for place in (0, 1, 2, 5, 6)]
    return sum(busy) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _group() -> Iterator[Path | None]:
    group = CGROUPS / f"evalpkg-benchmark-{os.getpid()}-{time.monotonic_ns()}"
    try:
        group.mkdir()
        group_cpu_s(group)
    except (OSError, StopIteration):
        with suppress(OSError):
            group.rmdir()
        yield None
        return
    try:
        yield group
    finally:
        with suppress(OSError):
            group.rmdir()


def group_cpu_s(group: Path) -> float:
    """Return the CPU time of all processes that were ever in a control group, of either version."""
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    lines = (group / "cpu.stat").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("usage_usec")).split()[1]) / 1e6


def _enter(group: Path | None) -> Callable[[], object] | None:
    return None if group is None else lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
