"""Ansible's events: the few facts that are displayed, and a log of bounded size."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalpkg.fleet.redact import Redactor

KEPT_CHARACTERS = 4_000
HALF_BYTES = 8 * 2**20
"""Size limit of each of the log's two files; the older one is dropped when the newer is full."""
OUTSIDE = ("warning", "error", "verbose")
"""Kinds of events that are text which Ansible printed outside of tasks."""
REPEAT_S = 60.0
"""Seconds between logged retries of the same host."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a playbook, without secrets.

    Attributes:
        kind: ansible-runner's name, such as ``runner_on_failed``.
        time: UTC, in ISO 8601.
        host: the host; empty if the event belongs to none.
        action: the task's module, without the prefix ``ansible.builtin.``.
        message: an error, or the text of a ``debug`` task.
        status: the output of ``bin/status`` on the host, if the task ran it.
        output: the lines that a command printed.
        ignored: True if the failure was expected.
        summary: the final lines of a run; only in its last event.
        failed_hosts: hosts that failed or were unreachable; only in the last event.
    """

    kind: str
    time: str
    host: str = ""
    play: str = ""
    task: str = ""
    action: str = ""
    changed: bool = False
    message: str = ""
    status: dict[str, Any] = field(default_factory=dict)
    output: tuple[str, ...] = ()
    ignored: bool = False
    summary: str = ""
    failed_hosts: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """True if a host failed or became unreachable."""
        return self.kind in ("runner_on_failed", "runner_on_unreachable") and not self.ignored

    @property
    def refusal(self) -> bool:
        """True if Ansible itself printed an error, outside of all tasks."""
        return self.kind in OUTSIDE and self.message.removeprefix("[").startswith("ERROR")


def parse_event(told: dict[str, Any], redactor: Redactor) -> Event:
    """Make an ``Event`` from ansible-runner's dict, without secrets."""
    data = told.get("event_data") or {}
    res = data.get("res")
    result: dict[str, Any] = res if isinstance(res, dict) else {}
    printed = result.get("stdout")
    stdout = printed if isinstance(printed, str) else ""
    parts = [str(result[key]).strip() for key in ("msg", "stderr") if result.get(key)]
    summary = (data.get("artifact_data") or {}).get("evaluation_summary") or ""
    kind = str(told.get("event", ""))
    outside = kind in OUTSIDE or not told.get("event_data")
    message = "\n".join(dict.fromkeys(parts)) or (_plain(told) if outside else "")
    lost = [*(data.get("failures") or {}), *(data.get("dark") or {})]
    return Event(
        kind=kind,
        time=str(told.get("created", ""))[:19],
        host=str(data.get("host") or ""),
        play=str(data.get("play") or ""),
        task=str(data.get("task") or ""),
        action=str(data.get("task_action") or "").removeprefix("ansible.builtin."),
        changed=bool(result.get("changed")),
        message=redactor.text(message)[:KEPT_CHARACTERS],
        status=redactor.tree(_status(stdout)),
        output=tuple(redactor.text(stdout).splitlines()),
        ignored=bool(data.get("ignore_errors")),
        summary=redactor.text(str(summary)),
        failed_hosts=tuple(sorted(set(lost))),
    )


def _plain(told: dict[str, Any]) -> str:
    """Return text that Ansible printed outside of tasks, such as warnings and its own errors."""
    return str(told.get("stdout") or "").strip()


def _status(stdout: str) -> dict[str, Any]:
    if not stdout.startswith("{"):
        return {}
    try:
        found = json.loads(stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "shards_total" in found else {}


def is_written(folder: Path) -> bool:
    """Tell whether an ``EventLog`` in a folder is open, in any process."""
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(held)


class EventLog:
    """A log of events as JSON lines, in at most two files of ``HALF_BYTES``.

    Args:
        folder: folder of ``events.jsonl`` and, once that was full, ``events.older.jsonl``.
        half_bytes: size in bytes at which a new file begins.
    """

    def __init__(self, folder: Path, half_bytes: int = HALF_BYTES) -> None:
        self._path = folder / "events.jsonl"
        self._older = folder / "events.older.jsonl"
        self._half = half_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = os.open(folder, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_SH)
        self._file = self._path.open("a", encoding="utf-8")
        self._repeated: dict[str, float] = {}

    def write(self, event: Event, now: float) -> None:
        """Write ``event``; retries of the same host are written once a minute."""
        if event.kind == "runner_retry":
            if now - self._repeated.get(event.host, float("-inf")) < REPEAT_S:
                return
            self._repeated[event.host] = now
        told = {
            key: value
            for key, value in (
                ("time", event.time),
                ("event", event.kind),
                ("host", event.host),
                ("play", event.play),
                ("task", event.task),
                ("changed", event.changed),
                ("message", event.message),
                ("status", event.status),
                ("summary", event.summary),
            )
            if value
        }
        self._file.write(json.dumps(told) + "\n")
        self._file.flush()
        if self._file.tell() >= self._half:
            self._file.close()
            self._path.replace(self._older)
            self._file = self._path.open("a", encoding="utf-8")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        os.close(self._held)
