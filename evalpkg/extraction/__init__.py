"""Finds the Rust program in what a model wrote, by parsing."""

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
from evalpkg.extraction.published import CRATE_IMPORTS, EMPTY_MAIN
from evalpkg.extraction.syntax import (
    ATTRIBUTES,
    COMMENTS,
    item_name,
    parse,
    parse_prompt,
    text_of,
    walk,
)
from evalpkg.extraction.trace import Step, Trace

__all__ = [
    "ATTRIBUTES",
    "COMMENTS",
    "CRATE_IMPORTS",
    "EMPTY_MAIN",
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
    "parse_prompt",
    "text_of",
    "walk",
]
