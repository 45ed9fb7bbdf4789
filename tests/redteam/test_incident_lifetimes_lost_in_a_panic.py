"""Incident: a program read its neighbours' answers, with no definition of its own that is generic.

Programs that define anything generic had been kept from others for their problem, because all
known holes of safe Rust were thought to need such a definition. rust-lang/rust#84366 does not: a
closure's type counts as ``'static`` whatever lifetimes its signature relates, so a closure may be
thrown as the payload of a panic, and ``downcast`` gives it back with other lifetimes. The type
needs no name: a statement behind a ``break``, which is typed but not checked for borrows, says that
it is the same. ``Any`` had been routed out by its name; ``std::thread::Result`` has one without it.

``downcast`` and its kin are the only way to get such a value back, and are now routed out. And what
uses any but the everyday parts of std has no neighbour for its own problem, whatever it does there.
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


@pytest.mark.parametrize(
    "source",
    [
        "fn f() -> bool { std::panic::catch_unwind(|| [1][9]).is_err() }",
        "use std::{cmp::max, panic};\nfn f() { panic::catch_unwind(|| 1); }",
        "use std as s;\nfn f() { s::panic::catch_unwind(|| 1); }",
        "use {::std as s};\nfn f() { s::panic::catch_unwind(|| 1); }",
        "use std::*;\nfn f() { panic::catch_unwind(|| 1); }",
        "use std::{self as s};\nfn f() { s::panic::catch_unwind(|| 1); }",
        "fn f() { r#core /**/ :: /* fmt */ r#panic::Location::caller(); }",
        "use core::/* :: */any;\nfn f() { any::type_name_of_val(&1); }",
        "use std::fmtx;",
    ],
)
def test_what_uses_rare_parts_of_std_has_no_company_of_its_own_task(source: str) -> None:
    assert company(source) is not Company.ANY


@pytest.mark.parametrize(
    "source",
    [
        "use std::collections::{HashMap, HashSet};\nuse std::cmp::Ordering;\nfn f() {}",
        "fn f() -> u8 { std::mem::take(&mut 1) + core::cmp::max(1, 2) + std :: u8 :: MAX }",
        "fn f(mean: f64) -> f64 { let std = mean.sqrt(); if std < 1.0 { std } else { std * 2.0 } }",
    ],
)
def test_everyday_parts_of_std_are_no_reason_to_be_apart(source: str) -> None:
    assert company(source) is Company.ANY
