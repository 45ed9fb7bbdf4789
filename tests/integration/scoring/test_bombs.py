# ruff: noqa: E501 - one program a line reads better
"""Bombs in a file of two hundred: the others get their right verdicts, and soon."""

from evalpkg.models import VerdictKind as V
from tests.integration.scoring.conftest import TASKS, Court
from tests.integration.scoring.test_verdicts import RIGHT, SIGNATURE

BOMBS = {
    "hang": (f"{SIGNATURE} {{ loop {{}} }}", {V.TIMEOUT}),
    "sleep": (f"{SIGNATURE} {{ std::thread::sleep(std::time::Duration::from_secs(60)); true }}", {V.TIMEOUT}),
    "output flood": (f'{SIGNATURE} {{ loop {{ print!("{{:9999}}", 1); }} }}', {V.RESOURCE_LIMIT}),
    "memory": (f"{SIGNATURE} {{ let mut v = vec![0u8; 1 << 20]; loop {{ v.extend_from_within(..); }} }}", {V.RESOURCE_LIMIT}),
    "processes": (f'{SIGNATURE} {{ (0..64).all(|_| std::process::Command::new("/bin/true").spawn().is_ok()) }}', {V.TEST_FAILED}),
    "threads": (f"{SIGNATURE} {{ let all: Vec<_> = (0..2000).map(|_| std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_millis(500)))).collect(); for one in all {{ one.join().unwrap(); }} true }}", {V.PANICKED, V.RESOURCE_LIMIT}),
    "macro": (f"macro_rules! m {{ ($($t:tt)*) => {{ m!($($t)* $($t)*) }} }} {SIGNATURE} {{ m!(1 1); true }}", {V.COMPILE_ERROR, V.TIMEOUT, V.RESOURCE_LIMIT}),
    "constant": (f"#[allow(long_running_const_eval)] const N: u64 = {{ let mut i = 0u64; while i < u64::MAX {{ i += 1; }} i }}; {SIGNATURE} {{ N > 1 }}", {V.TIMEOUT}),
    "type length": ("fn grow<T: Clone>(t: T, n: u32) -> usize { if n == 0 { std::mem::size_of::<T>() } else { grow((t.clone(), t), n - 1) } } " + f"{SIGNATURE} {{ grow(1u8, 9) > 0 }}", {V.COMPILE_ERROR, V.TIMEOUT, V.RESOURCE_LIMIT}),
    "static": (f"static BIG: [u8; 1 << 40] = [1; 1 << 40]; {SIGNATURE} {{ BIG[3] > 0 }}", {V.COMPILE_ERROR, V.TIMEOUT, V.RESOURCE_LIMIT}),
    "nesting": (f"{SIGNATURE} {{ {'(' * 20000}true{')' * 20000} }}", {V.COMPILE_ERROR, V.TIMEOUT, V.RESOURCE_LIMIT}),
}  # fmt: skip

COMPANY = 200 - len(BOMBS)


def test_bombs_harm_nobody_else(bench: Court) -> None:
    task = TASKS["close"]
    honest = [f"{SIGNATURE} {RIGHT} // {i}" for i in range(COMPANY)]
    programs = honest.copy()
    for i, (source, _) in enumerate(BOMBS.values()):
        programs.insert(17 * i, source)
    verdicts = bench.judge([(task, source) for source in programs])
    found = dict(zip(programs, (verdict.kind for verdict in verdicts), strict=True))
    assert {found[source] for source in honest} == {V.PASSED}
    wrong = {
        name: found[source]
        for name, (source, accepted) in BOMBS.items()
        if found[source] not in accepted
    }
    assert not wrong
