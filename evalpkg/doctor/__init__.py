"""What this machine can do, found out by doing it."""

from evalpkg.doctor.check import Check, run_checks

__all__ = ["Check", "run_checks"]
