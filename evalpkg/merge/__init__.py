"""The merge of a run's parts, made by several hosts, into one run."""

from evalpkg.merge.merge import MergeReport, merge_runs

__all__ = ["MergeReport", "merge_runs"]
