"""From what a model wrote to Rust source, by parsing."""

from evalpkg.extraction.attempts import Rule
from evalpkg.extraction.extract import (
    LONGEST_ANSWER,
    LONGEST_CODE,
    NO_CODE,
    TOO_COMPLEX,
    TOO_LONG,
    WITHOUT_PROGRAM,
    extract,
)
from evalpkg.extraction.syntax import item_name, parse, text_of
from evalpkg.extraction.trace import Step, Trace

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_CODE",
    "NO_CODE",
    "TOO_COMPLEX",
    "TOO_LONG",
    "WITHOUT_PROGRAM",
    "Rule",
    "Step",
    "Trace",
    "extract",
    "item_name",
    "parse",
    "text_of",
]
