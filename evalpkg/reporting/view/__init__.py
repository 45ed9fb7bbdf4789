"""The content of every report as text and small tables, before any layout."""

from evalpkg.reporting.view.report import ReportView, build_view

__all__ = ["ReportView", "build_view"]
