"""Joins the parts of a run that several hosts made."""

from evalpkg.merge.merge import merge_runs

__all__ = ["merge_runs"]
