"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The outcome of one check.

    Attributes:
        ok: True if the check passed.
        detail: the finding, in words.
        cure: advice if the check failed.
        required: True if an evaluation cannot run unless this check passes.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    required: bool = False
