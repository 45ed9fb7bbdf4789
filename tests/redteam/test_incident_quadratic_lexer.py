"""Incident: a completion of 200 kB could hold up the scoring of all others for minutes.

The lexer that decides on company starts again behind every quote that nothing closes, so that
100,000 of them take ten billion steps, outside of every sandbox and limit. Long programs are not
lexed at all: they are compiled alone, under a limit.
"""

from __future__ import annotations

import pytest

from evalpkg.scoring import routing


@pytest.mark.parametrize("repeated", ['"\\"', "'\\u{", 'r##" ', "impl ", "super "])
def test_long_programs_are_not_lexed(monkeypatch: pytest.MonkeyPatch, repeated: str) -> None:
    def lexed(source: str) -> None:
        raise AssertionError(f"lexed {len(source)} characters")

    monkeypatch.setattr(routing, "tokens", lexed)
    assert routing.company("# " + repeated * 30_000) is routing.Company.NONE
