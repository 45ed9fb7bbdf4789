"""Where every host stands, from the events so far: what the screen shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from evalpkg.fleet.events import Event

ENDS = {
    "finished": "finished",
    "failed": "failed",
    "stopped": "stopped",
    "over_budget": "budget spent",
    "idle": "nothing to do",
}


@dataclass(slots=True)
class HostRow:
    """One host.

    Attributes:
        status: what its ``bin/status`` said last.
        last: the last thing that happened on it.
        error: why it failed; empty while it has not.
        price: dollars an hour; 0 where unknown.
    """

    name: str
    price: float = 0.0
    status: dict[str, Any] = field(default_factory=dict)
    last: str = "waiting"
    error: str = ""

    @property
    def phase(self) -> str:
        """The word for what it does now."""
        if self.error:
            return "failed"
        state = str(self.status.get("state", ""))
        if state in ENDS:
            return ENDS[state]
        return str(self.status.get("phase") or ("starting" if self.status else "preparing"))

    def number(self, key: str) -> float | None:
        """A number of its status; None where it said none."""
        value = self.status.get(key)
        return float(value) if isinstance(value, int | float) else None

    @property
    def verdicts(self) -> Counter[str]:
        """Samples by verdict."""
        told = self.status.get("verdicts")
        return Counter(told if isinstance(told, dict) else {})

    @property
    def gpu(self) -> str:
        """Use and memory of its GPUs together: ``93 %, 61 of 80 GiB``."""
        gpus = self.status.get("gpus")
        if not isinstance(gpus, list) or not gpus:
            return "-"
        used = sum(gpu["memory_used_mib"] for gpu in gpus) / 1024
        total = sum(gpu["memory_total_mib"] for gpu in gpus) / 1024
        use = sum(gpu["use_percent"] for gpu in gpus) / len(gpus)
        return f"{use:.0f} %, {used:.0f}/{total:.0f} GiB"


class Board:
    """All hosts of a run.

    Args:
        prices: dollars an hour, by host; the hosts in their order.
    """

    def __init__(self, prices: dict[str, float]) -> None:
        self.rows = {host: HostRow(host, price) for host, price in prices.items()}
        self.play = ""
        self.task = ""
        self.summary = ""
        self.errors: list[str] = []

    def take(self, event: Event) -> None:
        """Bring the board up to date."""
        self.play = event.play or self.play
        self.summary = event.summary or self.summary
        if event.kind == "playbook_on_task_start":
            self.task = event.task
        row = self.rows.get(event.host)
        if event.failed and event.host not in self.rows:
            self.errors.append(event.message)
        if row is None:
            return
        if event.kind == "runner_on_start":
            row.last = event.task
        if event.status:
            row.status = event.status
            row.last = _sentence(event.status) or row.last
        if event.failed:
            row.error = event.message or f"failed: {event.task}"
            row.last = row.error.splitlines()[0]

    @property
    def cost_by_status(self) -> float:
        """What the hosts' own clocks say that the run cost."""
        return sum(row.number("cost") or 0.0 for row in self.rows.values())


def _sentence(status: dict[str, Any]) -> str:
    """The last event of a host, from its status."""
    if status.get("error"):
        return str(status["error"])
    total = status["shards_total"]
    said = f"shard {min(status.get('shards_done', 0) + 1, total)} of {total}"
    if status.get("restarts"):
        said += f", restarted {status['restarts']}x"
    return said if total else "no shard"
