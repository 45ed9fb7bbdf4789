"""Judge programs: each gets a verdict.

The completion never shares a process with the expected answers. A task's tests are compiled once
into a library, the oracle. In it the entry point is a stub: it sends its arguments over a pipe to a
confined process that holds only the completion. So whatever a completion does to its own process,
the only way to pass is to give right answers. See ``docs/scoring.md``.
"""

from evalpkg.scoring.gate import GateReport, gold_gate
from evalpkg.scoring.judge import Judge
from evalpkg.scoring.provenance import CratesUsed, Judged
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.scoring_settings import MAX_SECONDS, ScoringSettings, default_workers
from evalpkg.scoring.subject import program_digest

__all__ = [
    "MAX_SECONDS",
    "CratesUsed",
    "GateReport",
    "Judge",
    "Judged",
    "Scorer",
    "ScoringSettings",
    "default_workers",
    "gold_gate",
    "program_digest",
]
