"""What people read: the HTML and markdown reports of a run, and its live progress."""

from evalpkg.reporting.progress import Progress
from evalpkg.reporting.write import compare_runs, render_reports, write_reports

__all__ = ["Progress", "compare_runs", "render_reports", "write_reports"]
