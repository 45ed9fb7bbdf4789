"""Incident: a test that catches panics took the end of the process for one.

``catch_unwind(|| f()).is_err()`` in a task's test is true for whatever unwinds. The oracle's stub
unwound when the subject was gone, so that ``process::exit(0)``, an abort, a hang or a malformed
reply in the right place counted as the panic that the test expects. A first repair remembered the
end and unwound again at the next call, but asked for a lock that it held: the judge hung.
What a test does with an unwinding must not matter: once a subject is gone, the verdict is set.
"""

from __future__ import annotations

from tests.redteam import judging


def test_nothing_but_a_panic_is_the_panic_that_a_test_expects() -> None:
    ways = {
        "exit_where_a_panic_is_expected": "tampered",
        "exit_where_a_panic_is_expected_first": "tampered",
        "malformed_where_a_panic_is_expected": "tampered",
        "overflow_where_a_panic_is_expected": "crashed",
        "hang_where_a_panic_is_expected": "timeout",
        "answer_where_a_panic_is_expected": "test_failed",
        "panics_where_it_should": "passed",
        "panics_with_payload": "passed",
    }
    assert dict(zip(ways, judging.kinds(judging.named(*ways)), strict=True)) == ways
