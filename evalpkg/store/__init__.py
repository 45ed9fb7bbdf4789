"""The files of a run: layout, logs, rows, lock, and the configuration that they belong to."""

from evalpkg.store.layout import RunLayout
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.verdict_log import VerdictLog

__all__ = ["RunLayout", "SampleLog", "VerdictLog"]
