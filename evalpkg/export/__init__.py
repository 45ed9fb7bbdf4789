"""A finished run in the formats of other tools: one small file for each."""

from evalpkg.export.formats import FORMATS, export_run

__all__ = ["FORMATS", "export_run"]
