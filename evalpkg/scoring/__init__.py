"""Programs to verdicts.

The completion never shares a process with the expected answers: a task's tests are compiled once
into an oracle whose entry point is a stub that asks, over a pipe, a confined process which holds
only the completion. Whatever a completion does to its own process, it can at best give right
answers. See ``docs/scoring.md``.
"""

from evalpkg.scoring.gate import GateReport, gold_gate
from evalpkg.scoring.provenance import CratesUsed, Judged
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.scoring_settings import ScoringSettings

__all__ = ["CratesUsed", "GateReport", "Judged", "Scorer", "ScoringSettings", "gold_gate"]
