"""Live progress of a run: on the terminal, and in ``progress.json`` for other programs."""

from evalpkg.reporting.progress.display import Progress
from evalpkg.reporting.progress.snapshot import SCHEMA_VERSION, Snapshot, State

__all__ = ["SCHEMA_VERSION", "Progress", "Snapshot", "State"]
