"""Samples that were generated earlier, in other programs' forms, read as one kind of row."""

from evalpkg.samples.formats import FORMATS
from evalpkg.samples.recorded import Recorded, read_recorded, split_sources

__all__ = ["FORMATS", "Recorded", "read_recorded", "split_sources"]
