"""Ansible's usual output, with the progress of each host while it evaluates."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.callback.default import CallbackModule as DefaultCallback

DOCUMENTATION = """
name: evaluation
type: stdout
short_description: the default output, with the progress of each host while it evaluates
description:
  - A host that is asked again because its evaluation still runs shows counts, rate, time left
    and cost instead of a failed attempt.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""


def _seconds(value: float | None) -> str:
    """A duration as people say it."""
    if value is None:
        return "?"
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def progress_line(host: str, status: dict[str, Any]) -> str:
    """One line about one host, from what its ``bin/status`` printed."""
    rate = status.get("rate_per_s")
    shards = status.get("shards_total", 1)
    parts = [
        f"{host:<16}",
        f"{status.get('phase') or 'starting':<12}",
        f"{status.get('done', 0)}/{status.get('total', 0)} samples",
        f"shard {min(status.get('shards_done', 0) + 1, shards)} of {shards}",
        f"{rate:.2f}/s" if rate is not None else "-/s",
        f"ETA {_seconds(status.get('eta_s'))}",
        f"elapsed {_seconds(status.get('elapsed_s'))}",
    ]
    if status.get("cost"):
        parts.append(f"cost {status['cost']:.2f}")
    if status.get("restarts"):
        parts.append(f"restarted {status['restarts']}x")
    return "  ".join(parts)


class CallbackModule(DefaultCallback):  # type: ignore[misc]
    """The default output but for one kind of retry."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "evaluation"

    def v2_runner_retry(self, result: Any) -> None:
        """Show progress where a retry means "still running"."""
        status = self._status(result)
        if status is None:
            super().v2_runner_retry(result)
            return
        host = getattr(result, "host", None) or result._host
        self._display.display(progress_line(host.get_name(), status))

    @staticmethod
    def _status(result: Any) -> dict[str, Any] | None:
        """What ``bin/status`` printed, if this retry asked it."""
        details = getattr(result, "result", None) or result._result
        try:
            status = json.loads(details.get("stdout") or "")
        except ValueError:
            return None
        return status if isinstance(status, dict) and "shards_total" in status else None
