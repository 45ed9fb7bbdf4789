"""Chat text to Rust source, by parsing."""

from evalpkg.extraction.extract import extract

__all__ = ["extract"]
