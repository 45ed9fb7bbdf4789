"""From what a model wrote to Rust source, by parsing."""

from evalpkg.extraction.attempts import Rule
from evalpkg.extraction.extract import LONGEST_ANSWER, LONGEST_CODE, NO_CODE, TOO_LONG, extract

__all__ = ["LONGEST_ANSWER", "LONGEST_CODE", "NO_CODE", "TOO_LONG", "Rule", "extract"]
