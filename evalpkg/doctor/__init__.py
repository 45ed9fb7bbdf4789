"""What this machine can do, found out by doing it."""

from evalpkg.doctor.check import Finding
from evalpkg.doctor.machine import disk
from evalpkg.doctor.run import run_checks

__all__ = ["Finding", "disk", "run_checks"]
