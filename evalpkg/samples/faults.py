"""Collects bad rows, and reports them in one message."""

from __future__ import annotations

from collections.abc import Iterator

from evalpkg.errors import DataError
from evalpkg.samples.rows import Row

MOST = 20
"""Bad rows that the message names; it gives only the number of the rest."""


class Faults:
    """The bad rows of some files."""

    def __init__(self) -> None:
        self._found: list[DataError] = []

    def note(self, error: DataError) -> None:
        """Remember a bad row."""
        self._found.append(error)

    def rows(self, read: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows of one entry of a file, up to the first bad one, which is noted."""
        try:
            yield from read
        except DataError as error:
            self.note(error)

    def require_none(self) -> None:
        """Refuse the files if there was a bad row.

        Raises:
            DataError: if there was one; up to ``MOST`` of them are named.
        """
        if not self._found:
            return
        if len(self._found) == 1:
            raise self._found[0]
        lines = [f"  {' '.join(error.cause.split())}" for error in self._found[:MOST]]
        if len(self._found) > MOST:
            lines.append(f"  and {len(self._found) - MOST:,} more")
        cures = list(dict.fromkeys(error.cure for error in self._found if error.cure))
        raise DataError(
            "\n".join([f"{len(self._found):,} rows cannot be read", *lines]),
            "\n  ".join(cures[:6]),
        )
