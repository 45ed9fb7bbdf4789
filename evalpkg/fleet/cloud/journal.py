"""What was asked of the cloud and may not be listed yet, kept across a launcher that dies."""

from __future__ import annotations

import json
from pathlib import Path

from evalpkg.errors import DataError

SETTLE_S = 90.0
"""After so long an instance that was asked for is in the list, or never will be."""


class Journal:
    """One small file a fleet: slot by slot, when an instance was asked for.

    A note is written before the request leaves and goes when the instance is in the list. So a
    launcher that is killed in between leaves a note, and the next one looks before it asks again.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_notes(self) -> dict[int, float]:
        """When each open request was sent, by slot; seconds since 1970."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {int(slot): float(when) for slot, when in told.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError) as error:
            raise DataError(
                f"{self._path} cannot be read: {error}",
                "Look at https://cloud.lambda.ai/instances for its hosts, then remove it.",
            ) from error

    def note(self, slot: int, when: float) -> None:
        """Note that an instance for ``slot`` is about to be asked for."""
        self._write(self.open_notes() | {slot: when})

    def settle(self, slots: set[int]) -> None:
        """Forget the notes of these slots: their instances are listed, or were refused."""
        notes = self.open_notes()
        if notes.keys() & slots:
            self._write({slot: when for slot, when in notes.items() if slot not in slots})

    def _write(self, notes: dict[int, float]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(notes), encoding="utf-8")
        partial.replace(self._path)
