"""What this machine can do, found out by doing it."""

from evalpkg.doctor.check import Check
from evalpkg.doctor.run import run_checks

__all__ = ["Check", "run_checks"]
