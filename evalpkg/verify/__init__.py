"""Checks of the claims of a run."""

from evalpkg.verify.check import Check, Report
from evalpkg.verify.checks_tasks import KnownSets
from evalpkg.verify.drawing import fresh_seed
from evalpkg.verify.recheck import Rechecks
from evalpkg.verify.regenerate import Force, Regeneration
from evalpkg.verify.run import verify_proof, verify_run

__all__ = [
    "Check",
    "Force",
    "KnownSets",
    "Rechecks",
    "Regeneration",
    "Report",
    "fresh_seed",
    "verify_proof",
    "verify_run",
]
