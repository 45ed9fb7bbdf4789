"""Incident: a program ran out of memory that its neighbours' variables took.

The programs of a batch are one library, and all its variables are mapped into each subject, where
they count towards its address space. Those that are zero at first weigh nothing in the file, which
is limited: thirty sieves of 20 MiB took 600 of the 1024 MiB that each program is promised. What
comes from a library that takes much of it is now judged alone.
"""

from __future__ import annotations

import pytest

from evalpkg.models import Extraction, Task
from tests.redteam import judging

SHARED = "static ROOM: Mutex<[u8; SIZE << 20]> = Mutex::new([0; SIZE << 20]);"
OF_A_THREAD = "thread_local! { static ROOM: Mutex<[u8; SIZE << 20]> = const { INIT } }".replace(
    "INIT", "Mutex::new([0; SIZE << 20])"
)
READ = {SHARED: "ROOM.lock().unwrap()[5]", OF_A_THREAD: "ROOM.with(|room| room.lock().unwrap()[5])"}

HUNGRY = """
thread_local! { static CALLS: std::cell::Cell<u8> = const { std::cell::Cell::new(0) } }

fn add(a: i32, b: i32) -> i32 {
    CALLS.set(CALLS.get() + 1);
    let room = vec![1u8; 850 << 20];
    a.wrapping_add(b) + i32::from(room[7]) - 1
}
"""


def roomy(room: str, size: int) -> tuple[Task, Extraction]:
    source = f"use std::sync::Mutex;\n{room}".replace("SIZE", str(size))
    add = f"fn add(a: i32, b: i32) -> i32 {{ a.wrapping_add(b) + i32::from({READ[room]}) }}"
    return judging.program("red/add", f"{source}\n{add}\n")


@pytest.mark.parametrize("room", [SHARED, OF_A_THREAD])
def test_memory_is_not_shared_with_neighbours(room: str) -> None:
    items = [roomy(room, size) for size in (75, 76, 77)]
    items.insert(1, judging.program("red/add", HUNGRY))
    assert [verdict.kind for verdict in judging.judge(items, compile_s=20, run_s=20)] == [
        "passed"
    ] * 4


def test_the_limit_is_still_there() -> None:
    source = HUNGRY.replace("850", "1100")
    assert judging.kinds([judging.program("red/add", source)]) == ["resource_limit"]
