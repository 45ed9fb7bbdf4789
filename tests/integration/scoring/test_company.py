"""The order and the company of a program never change its verdict."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalpkg.models import Task, Verdict
from tests.integration.scoring.conftest import TASKS, Court
from tests.integration.scoring.test_verdicts import PROGRAMS, RIGHT, SIGNATURE

SLOW = {"computes for ever", "sleeps for ever"}
BROKEN = [
    f"{SIGNATURE} {{ let x: i32 = ; true }}",
    f"{SIGNATURE} {{ ( true }}",
    f"{SIGNATURE} {{ true",
    f"{SIGNATURE} {{ true }} }}",
    f"{SIGNATURE} {{ /* true }}",
    f'{SIGNATURE} {{ "true }}',
    f"{SIGNATURE} {{ let v = vec![1]; let w = v; v.len() > w.len() }}",
    f"{SIGNATURE} {{ missing::path() }}",
    f"{SIGNATURE} {{ let x = 1; x = 2; x > 1 }}",
    f"{SIGNATURE} {RIGHT} #[cfg(any())]",
    f"{SIGNATURE} {RIGHT} fn dup() {{}} fn dup() {{}}",
    f"{SIGNATURE} {RIGHT} struct Vec; struct String;",
    f"{SIGNATURE} {RIGHT} mod evalwire_shim {{}}",
    f"#![cfg(any())] {SIGNATURE} {RIGHT}",
    f"#![forbid(unsafe_code)] #![deny(warnings)] {SIGNATURE} {RIGHT}",
    f"{SIGNATURE} {RIGHT} macro_rules! vec {{ () => {{}} }}",
    "\u2028 fn nothing() {}",
    "",
]

POOL: list[tuple[Task, str]] = [
    *((TASKS["close"], source) for name, (_, source) in PROGRAMS.items() if name not in SLOW),
    *((TASKS["close"], source) for source in BROKEN),
    (TASKS["bump"], "fn bump(values: &mut [i32], by: i32) { for v in values { *v += by; } }"),
    (TASKS["divide"], "fn divide(a: i32, b: i32) -> i32 { a / b }"),
]


def test_one_by_one_and_together_are_the_same(bench: Court) -> None:
    alone = [bench.judge([program])[0] for program in POOL]
    assert bench.judge(POOL) == alone
    _check_orders(bench, alone)


def _check_orders(bench: Court, alone: list[Verdict]) -> None:
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32), st.integers(2, len(POOL)))
    def shuffled(seed: int, size: int) -> None:
        chosen = random.Random(seed).sample(range(len(POOL)), size)
        assert bench.judge([POOL[i] for i in chosen]) == [alone[i] for i in chosen]

    shuffled()


def test_twins_are_judged_once_and_told_each(bench: Court) -> None:
    told: list[tuple[int, bool]] = []
    from evalpkg.models import Extraction

    program = (TASKS["close"], Extraction(f"{SIGNATURE} {RIGHT}", "test"))
    bench.scorer.judge([program] * 5, lambda i, v, cached: told.append((i, cached)))
    assert sorted(i for i, _ in told) == [0, 1, 2, 3, 4]
    assert [cached for _, cached in told].count(False) == 1


THREADS = f"""{SIGNATURE} {{
    thread_local!(static COUNT: std::cell::Cell<u32> = const {{ std::cell::Cell::new(0) }});
    let count = || COUNT.with(|it| it.set(it.get() + 1));
    let all: Vec<_> = (0..100).map(|_| std::thread::spawn(count)).collect();
    all.into_iter().for_each(|one| one.join().unwrap());
{RIGHT[1:]}"""
LARGE_LOCAL = """fn divide(a: i32, b: i32) -> i32 {
    thread_local!(static BIG: std::cell::RefCell<[u8; 15 << 20]> =
        const { std::cell::RefCell::new([0; 15 << 20]) });
    if a == 77 { BIG.with(|it| it.borrow_mut()[a as usize] = 1); }
    a / b
}"""


def test_a_neighbours_large_thread_local_does_not_crash_a_program_of_many_threads(
    bench: Court,
) -> None:
    verdicts = bench.judge([(TASKS["close"], THREADS), (TASKS["divide"], LARGE_LOCAL)])
    assert [verdict.kind.value for verdict in verdicts] == ["passed", "passed"]


def test_tasks_with_one_signature_may_get_the_same_program(bench: Court) -> None:
    # The same function is asked for in several categories of the data set.
    task = TASKS["close"]
    program = f"{SIGNATURE} {RIGHT} // for two tasks"
    verdicts = bench.judge([(task, program), (TASKS["close, too"], program)])
    assert [verdict.passed for verdict in verdicts] == [True, True]
