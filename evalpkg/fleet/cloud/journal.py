"""A record of launch requests that survives the death of the launching process."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.store import pretty_json, write_atomic

SETTLE_S = 90.0
"""Seconds after a request in which its instance appears in the cloud's list, if ever."""


class Journal:
    """The file of a fleet that records, by slot, the time of each open request.

    A note is written before the request is sent, and removed once the instance is listed. If the
    process is killed in between, the note stays, and the next process checks before it repeats
    the request. So no host is rented twice.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._end = path.with_suffix(".end")

    def last_end(self) -> str:
        """Return a mark of the last ``down``; another one later means that it was given since."""
        try:
            return self._end.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def note_end(self) -> None:
        """Record that ``down`` was given: an ``up`` that still works starts no further host."""
        write_atomic(self._end, uuid.uuid4().hex)

    def open_notes(self) -> dict[int, float]:
        """Read the time of each open request by slot, in seconds since 1970.

        Raises:
            DataError: if the file cannot be read: nobody knows then what may have been rented.
        """
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {int(slot): float(when) for slot, when in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise DataError(
                f"{self._path} cannot be read: {error}",
                "Look at https://cloud.lambda.ai/instances for the fleet's hosts, then remove the "
                "file.",
            ) from error

    def note(self, slot: int, when: float) -> None:
        """Record that an instance for ``slot`` is about to be requested."""
        self._write(self.open_notes() | {slot: when})

    def settle(self, slots: set[int]) -> None:
        """Remove the notes of ``slots``: their instances are listed, or were refused."""
        notes = self.open_notes()
        if notes.keys() & slots:
            self._write({slot: when for slot, when in notes.items() if slot not in slots})

    def _write(self, notes: dict[int, float]) -> None:
        write_atomic(self._path, pretty_json({str(slot): when for slot, when in notes.items()}))
