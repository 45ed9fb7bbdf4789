"""Conversion of a finished run to the formats of other tools; each format is one module."""

from evalpkg.export.formats import FORMATS, export_run

__all__ = ["FORMATS", "export_run"]
