"""The output for people: a run's HTML and markdown reports, and its live progress."""

from evalpkg.reporting.already_read import AlreadyRead
from evalpkg.reporting.progress import Progress
from evalpkg.reporting.write import compare_runs, render_reports, write_reports

__all__ = ["AlreadyRead", "Progress", "compare_runs", "render_reports", "write_reports"]
