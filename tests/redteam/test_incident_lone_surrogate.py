"""Incident: half a character ended the run.

JSON can say ``"\\ud800"``; Python reads it, no UTF-8 encoder writes it. One such completion raised
out of the scorer, and took every other sample with it.
"""

from __future__ import annotations

from tests.redteam import judging


def test_it_is_one_programs_compile_error() -> None:
    found = judging.kinds([*judging.named("lone_surrogate"), judging.canonical("red/add")])
    assert found == ["compile_error", "passed"]
