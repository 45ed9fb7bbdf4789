"""Incident: an error message cut in two by a line separator that is no line end.

rustc writes one JSON object a line, with U+2028, U+2029 and U+0085 as they are; ``splitlines``
splits there, too. The error was lost, nobody was blamed for the failed crate, and the program's
own result no longer had a code. The same holds for the judge's lines and a panic's message.
"""

from __future__ import annotations

from tests.redteam import judging


def test_the_error_keeps_its_code_and_its_place_in_company() -> None:
    wrong, forged, right = judging.judge(
        [
            *judging.named("line_separator_in_error", "line_separator_in_panic"),
            judging.canonical("red/add"),
        ]
    )
    assert (wrong.kind.value, wrong.error_code) == ("compile_error", "E0308")
    assert forged.kind.value == "panicked"
    assert right.passed
