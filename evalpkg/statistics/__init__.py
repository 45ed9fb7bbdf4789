"""Compute metrics from rows: pass@k, its uncertainty, and the paired comparison of two models.

Definitions, formulas and sources are in ``docs/metrics.md``.
"""

from evalpkg.statistics.attainable import attainable_level
from evalpkg.statistics.compute import compute_metrics
from evalpkg.statistics.metrics import (
    UNTOUCHED,
    Answers,
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
    SamplingNoise,
    SensitivityLine,
    TaskResult,
    TokenDifference,
    Tokens,
    VerdictShare,
)
from evalpkg.statistics.multiplicity import FamilyMember, HolmFamily, holm, holm_family
from evalpkg.statistics.sentences import noise_sentence
from evalpkg.statistics.statistics_settings import StatisticsSettings
from evalpkg.statistics.stopping import enough, rounds

__all__ = [
    "UNTOUCHED",
    "Answers",
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
    "SamplingNoise",
    "SensitivityLine",
    "StatisticsSettings",
    "TaskResult",
    "TokenDifference",
    "Tokens",
    "VerdictShare",
    "attainable_level",
    "compute_metrics",
    "enough",
    "holm",
    "holm_family",
    "noise_sentence",
    "rounds",
]
