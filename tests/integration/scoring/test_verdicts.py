# ruff: noqa: E501 - one program a line reads better
"""One real program for each verdict."""

import pytest

from evalpkg.models import Verdict
from evalpkg.models import VerdictKind as V
from tests.integration.scoring.conftest import TASKS, Court

SIGNATURE = "fn close(numbers: &[f32], threshold: f32) -> bool"
RIGHT = """{
    for (i, a) in numbers.iter().enumerate() {
        for b in &numbers[i + 1..] { if (a - b).abs() < threshold { return true; } }
    }
    false
}"""

PROGRAMS = {
    "right": (V.PASSED, f"{SIGNATURE} {RIGHT}"),
    "prints": (V.PASSED, f'{SIGNATURE} {{ println!("hi"); eprintln!("ho"); go(numbers, threshold) }} fn go(numbers: &[f32], threshold: f32) -> bool {RIGHT}'),
    "has its own main and tests": (V.PASSED, f"{SIGNATURE} {RIGHT} fn main() {{}} #[cfg(test)] mod tests {{ use super::*; #[test] fn t() {{ assert!(false) }} }}"),
    "uses threads": (V.PASSED, f"{SIGNATURE} {{ let n = numbers.to_vec(); std::thread::spawn(move || go(&n, threshold)).join().unwrap() }} fn go(numbers: &[f32], threshold: f32) -> bool {RIGHT}"),
    "wrong": (V.TEST_FAILED, f"{SIGNATURE} {{ true }}"),
    "does not compile": (V.COMPILE_ERROR, f"{SIGNATURE} {{ nothing() }}"),
    "another signature": (V.COMPILE_ERROR, "fn close(numbers: Vec<f64>, threshold: f64) -> bool { true }"),
    "equals everything": (V.COMPILE_ERROR, "struct Any; impl PartialEq<bool> for Any { fn eq(&self, _: &bool) -> bool { true } } fn close(n: &[f32], t: f32) -> Any { Any }"),
    "panics": (V.PANICKED, f'{SIGNATURE} {{ panic!("no") }}'),
    "leaves with 0": (V.TAMPERED, f"{SIGNATURE} {{ std::process::exit(0) }}"),
    "leaves with 3": (V.CRASHED, f"{SIGNATURE} {{ std::process::exit(3) }}"),
    "leaves in a constructor": (V.TAMPERED, f'{SIGNATURE} {RIGHT} extern "C" fn e() {{ std::process::exit(0) }} #[used] #[link_section = ".init_array"] static E: extern "C" fn() = e;'),
    "overflows its stack": (V.CRASHED, f"{SIGNATURE} {{ deep(numbers.len()) > 0 }} fn deep(n: usize) -> usize {{ let pad = [n; 64]; 1 + deep(n + 1) + pad[n % 64] }}"),
    "computes for ever": (V.TIMEOUT, f"{SIGNATURE} {{ loop {{}} }}"),
    "sleeps for ever": (V.TIMEOUT, f"{SIGNATURE} {{ std::thread::sleep(std::time::Duration::from_secs(99)); true }}"),
    "floods": (V.RESOURCE_LIMIT, f'{SIGNATURE} {{ loop {{ println!("flood"); }} }}'),
    "hoards": (V.RESOURCE_LIMIT, f"{SIGNATURE} {{ vec![1u8; 8 << 30].len() > 0 }}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(bench: Court) -> dict[str, Verdict]:
    task = TASKS["close"]
    found = bench.judge([(task, source) for _, source in PROGRAMS.values()])
    return dict(zip(PROGRAMS, found, strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gets_the_verdict_it_deserves(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].kind is PROGRAMS[name][0]


def test_a_timeout_names_the_limit_and_not_what_the_clock_said(
    bench: Court, verdicts: dict[str, Verdict]
) -> None:
    limit = bench.scorer.settings.timeout_s
    computing, waiting = verdicts["computes for ever"], verdicts["sleeps for ever"]
    assert computing.detail == f"tests::near: used its {limit:.0f} s of CPU time"
    assert waiting.detail == f"tests::near: no answer within {limit:g} s"


def test_mutable_arguments_come_back(bench: Court) -> None:
    good = "fn bump(values: &mut [i32], by: i32) { for v in values { *v += by; } }"
    lazy = "fn bump(values: &mut [i32], by: i32) {}"
    task = TASKS["bump"]
    assert [v.kind for v in bench.judge([(task, good), (task, lazy)])] == [V.PASSED, V.TEST_FAILED]


def test_a_panic_that_a_test_asks_for_is_right_and_an_exit_in_its_place_is_not(
    bench: Court,
) -> None:
    task = TASKS["divide"]
    sources = [
        "fn divide(a: i32, b: i32) -> i32 { a / b }",
        "fn divide(a: i32, b: i32) -> i32 { if b == 0 { 0 } else { a / b } }",
        "fn divide(a: i32, b: i32) -> i32 { if b == 0 { std::process::exit(0) } a / b }",
        "fn divide(a: i32, b: i32) -> i32 { if b == 0 { std::process::abort() } a / b }",
    ]
    kinds = [v.kind for v in bench.judge([(task, source) for source in sources])]
    assert kinds == [V.PASSED, V.TEST_FAILED, V.TAMPERED, V.CRASHED]


def test_a_link_error_is_told_without_our_paths(bench: Court) -> None:
    missing = f'#[link(name = "nowhere")] extern "C" {{}} {SIGNATURE} {RIGHT}'
    verdict = bench.judge([(TASKS["close"], missing)])[0]
    assert verdict.kind is V.COMPILE_ERROR
    assert "linking with" in verdict.detail
    assert "/" not in verdict.detail


def test_a_compile_error_is_told_with_its_code_and_without_our_paths(bench: Court) -> None:
    verdict = bench.judge([(TASKS["close"], f"{SIGNATURE} {{ 5 }}")])[0]
    assert verdict.error_code == "E0308"
    assert "solution.rs:1:" in verdict.detail
    assert "/" not in verdict.detail
    assert verdict.compile_ok is False
