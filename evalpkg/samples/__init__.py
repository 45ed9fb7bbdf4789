"""Samples as other harnesses write them, read as one kind of row."""

from evalpkg.samples.formats import FORMATS, read_samples
from evalpkg.samples.source import as_rows_file, is_plain

__all__ = ["FORMATS", "as_rows_file", "is_plain", "read_samples"]
