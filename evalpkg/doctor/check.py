"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at.

    Attributes:
        ok: whether it is as it should be.
        required: whether an evaluation cannot run without it.
        detail: what was found.
        cure: what to do where it is not ok.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    required: bool = False
