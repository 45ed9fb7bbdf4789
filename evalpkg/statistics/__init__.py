"""Rows to metrics: pass@k, its uncertainties, and the paired comparison of two models.

Definitions, formulas and sources are in ``docs/metrics.md``.
"""

from .compute import compute_metrics
from .metrics import (
    Bounds,
    Comparison,
    Difference,
    DifferenceAtK,
    DifferenceOfVerdict,
    ErrorCode,
    Estimate,
    Interval,
    Metrics,
    PassAtK,
    PolicyVeto,
    RoleMetrics,
    RuleVeto,
    SensitivityLine,
    TaskResult,
    VerdictShare,
    metrics_schema,
)
from .multiplicity import FamilyMember, HolmFamily, holm_family
from .settings import StatisticsSettings

__all__ = [
    "Bounds",
    "Comparison",
    "Difference",
    "DifferenceAtK",
    "DifferenceOfVerdict",
    "ErrorCode",
    "Estimate",
    "FamilyMember",
    "HolmFamily",
    "Interval",
    "Metrics",
    "PassAtK",
    "PolicyVeto",
    "RoleMetrics",
    "RuleVeto",
    "SensitivityLine",
    "StatisticsSettings",
    "TaskResult",
    "VerdictShare",
    "compute_metrics",
    "holm_family",
    "metrics_schema",
]
