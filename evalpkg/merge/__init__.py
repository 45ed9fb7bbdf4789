"""Joins the parts of a run that several hosts made."""

from evalpkg.merge.merge import MergeReport, merge_runs

__all__ = ["MergeReport", "merge_runs"]
