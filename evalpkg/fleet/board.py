"""The state of every host, built up from events; screens display it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from evalpkg.fleet.events import Event
from evalpkg.fleet.limits import Meter

ENDS = {
    "finished": "finished",
    "failed": "failed",
    "stopped": "stopped",
    "over_budget": "budget spent",
    "idle": "nothing to do",
}


@dataclass(slots=True)
class HostRow:
    """The state of one host.

    Attributes:
        price: dollars per hour; 0 if unknown.
        since: time since when it costs, in seconds since 1970, as far as this machine knows.
        status: the last output of ``bin/status`` on the host.
        last: the last event on the host, in words.
        error: reason of its failure; empty if it has not failed.
    """

    name: str
    price: float
    since: float
    status: dict[str, Any] = field(default_factory=dict)
    last: str = "waiting"
    error: str = ""

    @property
    def phase(self) -> str:
        """The host's present activity, in a word or two."""
        if self.error:
            return "failed"
        state = str(self.status.get("state", ""))
        if state in ENDS:
            return ENDS[state]
        return str(self.status.get("phase") or ("starting" if self.status else "preparing"))

    def number(self, key: str) -> float | None:
        """Return a number of its status, or None if the status lacks it."""
        value = self.status.get(key)
        return float(value) if isinstance(value, int | float) else None

    def rent(self, now: float) -> float:
        """Return its cost from its launch until ``now`` in dollars, whether or not it works.

        If the launch is unknown, it is counted from the run's first start on the host.
        """
        told = self.number("rented_since")
        since = min(self.since, told) if told else self.since
        return self.price * max(0.0, now - since) / 3600

    @property
    def verdicts(self) -> Counter[str]:
        """Number of samples by verdict."""
        told = self.status.get("verdicts")
        return Counter(told if isinstance(told, dict) else {})

    @property
    def gpu(self) -> str:
        """Average use and total memory of its GPUs, such as ``93 %, 61/80 GiB``."""
        gpus = self.status.get("gpus")
        if not isinstance(gpus, list) or not gpus:
            return "-"
        used = sum(gpu["memory_used_mib"] for gpu in gpus) / 1024
        total = sum(gpu["memory_total_mib"] for gpu in gpus) / 1024
        use = sum(gpu["use_percent"] for gpu in gpus) / len(gpus)
        return f"{use:.0f} %, {used:.0f}/{total:.0f} GiB"


class Board:
    """The state of all hosts of a run.

    Args:
        meter: price of each host and the beginning of its costs, in display order.
    """

    def __init__(self, meter: Meter) -> None:
        self.rows = {
            host: HostRow(host, price, meter.began[host]) for host, price in meter.prices.items()
        }
        self.play = ""
        self.task = ""
        self.summary = ""
        self.errors: list[str] = []

    def take(self, event: Event) -> None:
        """Update the state with one event."""
        self.play = event.play or self.play
        self.summary = event.summary or self.summary
        if event.kind == "playbook_on_task_start":
            self.task = event.task
        row = self.rows.get(event.host)
        if event.refusal or (event.failed and event.host not in self.rows):
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


def _sentence(status: dict[str, Any]) -> str:
    """Describe a host's progress from its status."""
    if status.get("error"):
        return str(status["error"])
    total = status["shards_total"]
    said = f"shard {min(status.get('shards_done', 0) + 1, total)} of {total}"
    if status.get("restarts"):
        said += f", restarted {status['restarts']}x"
    return said if total else "no shard"
