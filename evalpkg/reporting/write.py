"""Write the reports of a run from its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evalpkg.reporting.already_read import AlreadyRead


def write_reports(root: Path, read: AlreadyRead | None = None) -> None:
    """Write every report of the run in ``root``, from the files on disk alone.

    Args:
        root: the run's directory.
        read: those of its files that the caller has read.

    Raises:
        DataError: if rows, tasks or metrics are missing or contradict each other.
        EnvironmentUnfitError: if a report cannot be written.
    """
    from evalpkg.store import write_atomic

    for path, text in render_reports(root, read).items():
        write_atomic(path, text)


def render_reports(root: Path, read: AlreadyRead | None = None) -> dict[Path, str]:
    """Render every report of the run in ``root``, by path. Nothing is written.

    The reports are ``{mode}/comparison_report.md``, ``combined_summary.md`` and ``report.html``.
    Equal files give equal reports: they do not contain the time or place of writing.

    Raises:
        DataError: if rows, tasks or metrics are missing or contradict each other.
    """
    from evalpkg.reporting.bundle import pack_run
    from evalpkg.reporting.html import render_html
    from evalpkg.reporting.markdown import render_comparison, render_summary
    from evalpkg.reporting.run_files import load_run
    from evalpkg.reporting.rustc_errors import TITLES
    from evalpkg.reporting.view import build_view

    run = load_run(root, read)
    view = build_view(run)
    made = {run.layout.comparison(m): render_comparison(build_view(run, (m,))) for m in run.modes}
    made[run.layout.summary] = render_summary(view)
    made[run.layout.html] = render_html(view, pack_run(run, TITLES))
    return made


def compare_runs(roots: Sequence[Path], out: Path) -> None:
    """Write one table and plot over several runs, usually checkpoints, to ``out``.

    Args:
        roots: output directories, in the order in which they are shown.
        out: directory for ``comparison.html`` and ``comparison.md``.

    Raises:
        DataError: if a run has no metrics, or the runs cannot be put in one table.
        EnvironmentUnfitError: if a report cannot be written.
    """
    from evalpkg.reporting.compare import read_runs, render_html, render_markdown
    from evalpkg.store import write_atomic

    view = read_runs(roots)
    write_atomic(out / "comparison.html", render_html(view))
    write_atomic(out / "comparison.md", render_markdown(view))
