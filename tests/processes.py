"""Other processes, as ``/proc`` shows them."""

import time
from collections.abc import Sequence
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The processes that ``pid`` started, and those that they started."""
    children: list[int] = []
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:  # it ended, as any process may between two looks
        return []
    for thread in threads:
        try:
            children += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
    return [*children, *(below for child in children for below in descendants(child))]


def is_there(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def still_there(pids: Sequence[int], seconds: float = 120) -> list[int]:
    """Wait until all of ``pids`` are gone, and return those that run on after so many seconds."""
    deadline = time.monotonic() + seconds
    while any(is_there(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [pid for pid in pids if is_there(pid)]
