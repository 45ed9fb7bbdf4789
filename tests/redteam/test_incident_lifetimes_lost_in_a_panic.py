"""Incident: a program read its neighbours' answers, with no definition of its own that is generic.

Programs that define anything generic had been kept from others for their problem, because all
known holes of safe Rust were thought to need such a definition. rust-lang/rust#84366 does not: a
closure's type counts as ``'static`` whatever lifetimes its signature relates, so a closure may be
thrown as the payload of a panic, and ``downcast`` gives it back with other lifetimes. The type
needs no name: a statement behind a ``break``, which is typed but not checked for borrows, says that
it is the same. ``Any`` had been routed out by its name; ``std::thread::Result`` has one without it.

``downcast`` and its kin are the only way to get such a value back, and are now routed out.
"""

from __future__ import annotations

import pytest

from evalpkg.scoring.routing import Company, company
from tests.redteam import judging


def test_there_is_nothing_to_steal() -> None:
    thief = judging.named("leak_neighbour_constants_by_panic")
    items = [judging.canonical("red/maxim", "1"), *thief, judging.canonical("red/maxim", "2")]
    first, found, last = judging.kinds(items)
    assert first == last == "passed"
    assert found == judging.kinds(thief)[0] != "passed"


@pytest.mark.parametrize("method", ["downcast", "downcast_ref", "downcast_mut", "r#downcast"])
def test_what_takes_a_payload_out_is_alone(method: str) -> None:
    source = f"fn f(thrown: std::thread::Result<u8>) {{ thrown.unwrap_err().{method}(); }}"
    assert company(source) is Company.NONE


def test_catching_a_panic_is_no_reason_to_be_alone() -> None:
    source = "fn f() -> bool { std::panic::catch_unwind(|| [1][9]).is_err() }"
    assert company(source) is Company.ANY
