"""Ansible's usual output without unchanged tasks; its last lines are the summary of a run."""

from __future__ import annotations

import json
import sys
from typing import Any

from ansible.plugins.callback.default import CallbackModule as DefaultCallback

DOCUMENTATION = """
name: evaluation
type: stdout
short_description: the default output, with the progress of each host while it evaluates
description:
  - While an evaluation runs, Ansible asks its host again and again. Each time the output shows
    counts, rate, time left and rent instead of a failed attempt.
  - Tasks that changed nothing are not shown, except with C(-v).
  - The last lines are the summary of the run, which C(collect.yml) makes.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

SHOWN = ("debug", "ansible.builtin.debug", "ansible.builtin.pause", "pause")


def _seconds(value: float | None) -> str:
    """Write a duration in hours, minutes and seconds."""
    if value is None:
        return "?"
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def progress_line(host: str, status: dict[str, Any]) -> str:
    """Write one line about one host from the output of its ``bin/status``."""
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
    if status.get("rent"):
        parts.append(f"rent {status['rent']:.2f}")
    if status.get("restarts"):
        parts.append(f"restarted {status['restarts']}x")
    return "  ".join(parts)


class CallbackModule(DefaultCallback):  # type: ignore[misc]
    """The default output, except for unchanged tasks, one kind of retry, and the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "evaluation"

    def set_options(self, *args: Any, **kwargs: Any) -> None:
        """Show unchanged tasks only with ``-v``."""
        super().set_options(*args, **kwargs)
        loud = self._display.verbosity > 0
        self.set_option("display_ok_hosts", loud)
        self.set_option("display_skipped_hosts", loud)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Name a task before it starts. The line stays only if the task changes something."""
        super().v2_playbook_on_task_start(task, is_conditional)
        self._passing(task.get_name().strip())

    def v2_runner_on_ok(self, result: Any) -> None:
        """Show a change, or the message of a task."""
        task = getattr(result, "task", None) or result._task
        details = getattr(result, "result", None) or result._result
        if self.get_option("display_ok_hosts"):
            super().v2_runner_on_ok(result)
        elif task.action in SHOWN and "msg" in details and not task.loop:
            host = (getattr(result, "host", None) or result._host).get_name()
            self._passing("")
            self._display.display(f"{host}: {details['msg']}")
        elif details.get("changed", False):
            self._passing("")
            super().v2_runner_on_ok(result)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """Name included files only with ``-v``."""
        if self.get_option("display_ok_hosts"):
            super().v2_playbook_on_include(included_file)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Show a failure on a line of its own."""
        self._passing("")
        super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Show a host that does not answer on a line of its own."""
        self._passing("")
        super().v2_runner_on_unreachable(result)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Begin a play on a line of its own."""
        self._passing("")
        super().v2_playbook_on_play_start(play)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """End with the summary of the run."""
        self._passing("")
        super().v2_playbook_on_stats(stats)
        summary = stats.custom.get("_run", {}).get("evaluation_summary")
        if summary:
            self._display.display(str(summary))

    def v2_runner_retry(self, result: Any) -> None:
        """Show progress if a retry means "still running"."""
        self._passing("")
        status = self._status(result)
        if status is None:
            super().v2_runner_retry(result)
            return
        host = getattr(result, "host", None) or result._host
        self._display.display(progress_line(host.get_name(), status))

    def _passing(self, text: str) -> None:
        """Write ``text`` without a line end, on a terminal that can overwrite it."""
        if not self.get_option("display_ok_hosts") and sys.stdout.isatty():
            sys.stdout.write(f"\r\x1b[K{text[:100]}")
            sys.stdout.flush()

    @staticmethod
    def _status(result: Any) -> dict[str, Any] | None:
        """Return the output of ``bin/status``, if this retry called it."""
        details = getattr(result, "result", None) or result._result
        try:
            status = json.loads(details.get("stdout") or "")
        except ValueError:
            return None
        return status if isinstance(status, dict) and "shards_total" in status else None
