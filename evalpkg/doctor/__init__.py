"""Checks of this machine: can an evaluation run on it?"""

from evalpkg.doctor.check import Diagnosis
from evalpkg.doctor.machine import disk
from evalpkg.doctor.run import run_checks

__all__ = ["Diagnosis", "disk", "run_checks"]
