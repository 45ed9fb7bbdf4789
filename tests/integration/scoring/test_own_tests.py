"""Tests of a task's own, in every form: what ``rustc --test`` runs is run, or the task is named."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from evalpkg.models import Extraction, Task, VerdictKind
from evalpkg.rust import find_toolchain
from evalpkg.scoring import Scorer, ScoringSettings

PROMPT = "fn halve(n: i32) -> i32 {"
PROGRAMS = (
    '    if n % 2 != 0 { panic!("odd: {n}") }\n    n / 2\n}\n',
    "    2\n}\n",
    "    n / 2\n}\n",
    '    if n % 2 != 0 { panic!("cannot") }\n    n / 2\n}\n',
)
"""Right; a constant; without the panic; with another message."""

FOUR, ODD = "assert_eq!(halve(4), 2);", "halve(3);"
SIX = f"assert_eq!(halve(6), 3); {FOUR}"
CAUGHT = "let e = std::panic::catch_unwind(|| halve(3)).unwrap_err();"
CASES = (
    "macro_rules! cases { ($($n:ident $i:expr, $o:expr;)*) => "
    "{ $(#[test] fn $n() { assert_eq!(halve($i), $o); })* } }\n"
)
PLACE = "crate::PLACE"
"""The root of the task's crate."""
RUN = {
    "plain": f"#[test] fn a() {{ {FOUR} }}\n#[test] fn b() {{ {SIX} }}",
    "spaces": f"#[ test ]\nfn a() {{ {SIX} }}",
    "comment inside": f"#[/* one */test] fn a() {{ {SIX} }}",
    "by path": f"#[core::prelude::v1::test] fn a() {{ {SIX} }}",
    "by another name": f"use core::prelude::v1::test as t;\n#[test] fn a() {{ {SIX} }}",
    "several attributes": f"#[allow(unused)] #[test] #[inline(never)] fn a() {{ {SIX} }}",
    "ignored": f"#[test] #[ignore] fn a() {{ assert!(false); }}\n#[test] fn b() {{ {SIX} }}",
    "ignored, why": f'#[ignore = "slow"] #[test] fn a() {{ panic!() }}\n#[test] fn b() {{ {SIX} }}',
    "panics": f"#[test] #[should_panic] fn a() {{ {ODD} }}",
    "panics with": f'#[test] #[should_panic(expected = "odd: 3")] fn a() {{ {ODD} }}',
    "panics, raw text": f'#[should_panic(expected = r#"odd: "#)] #[test] fn a() {{ {ODD} }}',
    "panics, old form": f'#[test] #[should_panic = "odd"] fn a() {{ {ODD} }}',
    "result": f'#[test] fn a() -> Result<(), String> {{ {SIX} "1".parse::<i32>().map(|_| ())'
    ".map_err(|e| e.to_string()) }",
    "result that is an error": "#[test] fn a() -> Result<(), i32> { Err(halve(4)) }",
    "exit code": f"#[test] fn a() -> std::process::ExitCode {{ {SIX} "
    "std::process::ExitCode::SUCCESS }",
    "nested modules": f"mod deep {{ use super::*; mod er {{ use super::*; "
    f"#[test] fn a() {{ {SIX} }} }} }}",
    "visible within": f"pub(crate) mod x {{ use super::*; #[test] pub(super) fn a() {{ {SIX} }} }}",
    "raw identifier": f"mod r#try {{ use super::*; #[test] fn r#match() {{ {SIX} }} }}",
    "macro": CASES + "cases! { a 4, 2; b 6, 3; }",
    "macro, one ignored": "macro_rules! two { () => { #[test] #[ignore] fn a() { panic!() } "
    f"#[test] fn b() {{ {SIX} }} }} }}\ntwo!();",
    "macro, ignored first, other platform": "macro_rules! two { () => { #[ignore] #[test] "
    "#[cfg(windows)] fn a() { panic!() } "
    f"#[test] fn b() {{ {SIX} }} }} }}\ntwo!();",
    "macro, ignored, all warnings denied": "macro_rules! two { () => { #[test] #[ignore] "
    f"fn a() {{ panic!() }} #[test] fn b() {{ {SIX} }} }} }}\nmod x {{ #![deny(dead_code)] "
    "use super::*; two!(); }",
    "macro that panics": "macro_rules! odd { ($n:ident) => { #[test] "
    f'#[should_panic(expected = "odd: 3")] fn $n() {{ {ODD} }} }} }}\nodd!(a);',
    "macro of modules": "macro_rules! m { ($($n:ident)*) => { $(mod $n { use super::super::*; "
    f"#[test] fn a() {{ {SIX} }} }})* }} }}\nm! {{ x y }}",
    "macro not called": "macro_rules! m { () => { #[test] fn a() { panic!() } } }\n"
    f"#[test] fn b() {{ {SIX} }}",
    "macro that calls a macro": "macro_rules! inner { ($n:ident) => { #[test] fn $n() { "
    f"{SIX} }} }} }}\nmacro_rules! outer {{ ($($n:ident)*) => {{ $(inner!($n);)* }} }}\n"
    "outer! { a b }",
    "macro of asserts": "macro_rules! is { ($i:expr, $o:expr) => { assert_eq!(halve($i), $o) } }\n"
    "#[test] fn a() { is!(4, 2); is!(6, 3); }",
    "other platform": f"#[cfg(windows)] #[test] fn a() {{ {ODD} }}\n#[test] fn b() {{ {SIX} }}",
    "this platform": f"#[cfg(unix)] #[test] fn a() {{ {SIX} }}",
    "not under miri": f"#[test] #[cfg_attr(miri, ignore)] fn a() {{ {SIX} }}",
    "from the root": "use crate::PLACE::halve as h;\nmacro_rules! six { () => { "
    "$crate::PLACE::halve(6) } }\n"
    f"#[test] fn a() {{ assert_eq!(six!() + crate::PLACE::halve(6), 2 * h(6)); {SIX} }}",
    "its panic's text": f"#[test] fn a() {{ {CAUGHT} "
    'assert_eq!(e.downcast_ref::<String>().map(|s| s.as_str()), Some("odd: 3")); }',
    "its panic's literal": f"#[test] fn a() {{ {CAUGHT} "
    'assert_eq!(e.downcast_ref::<&str>(), Some(&"cannot")); }',
    "its panic in a thread": "#[test] fn a() { let e = std::thread::spawn(|| halve(3)).join()"
    '.unwrap_err(); assert!(e.downcast::<String>().unwrap().starts_with("odd")); }',
    "its panic goes on": f'#[test] #[should_panic(expected = "odd: 3")] fn a() {{ {CAUGHT} '
    "std::panic::resume_unwind(e) }",
    "its panic in a hook": "#[test] fn a() { use std::sync::Mutex; "
    "static SAID: Mutex<String> = Mutex::new(String::new()); "
    "std::panic::set_hook(Box::new(|info| { *SAID.lock().unwrap() = info.to_string(); })); "
    "let _ = std::panic::catch_unwind(|| halve(3)); "
    'assert!(SAID.lock().unwrap().contains("odd: 3")); }',
    "prints": '#[test] fn a() { print!("x"); println!("{}", halve(4)); eprintln!("1"); '
    f"{SIX} }}",
    "reads input": "#[test] fn a() { let mut all = String::new(); "
    f"std::io::stdin().read_line(&mut all).unwrap(); {SIX} }}",
    "inside a function": f"#[test] fn a() {{ #[test] fn b() {{ panic!() }} {SIX} }}",
}
NAMED = {
    "test by cfg_attr": f"#[cfg_attr(all(), test)] fn a() {{ {SIX} }}",
    "an alias of test": f"use core::prelude::v1::test as t;\n#[t] fn a() {{ {SIX} }}\n"
    f"#[test] fn b() {{ {FOUR} }}",
    "ignored by cfg_attr": f"#[test] #[cfg_attr(all(), ignore)] fn a() {{ {ODD} }}",
    "test among arguments": "macro_rules! id { ($($t:tt)*) => { $($t)* } }\n"
    f"id! {{ #[test] fn a() {{ {SIX} }} }}",
    "attribute among arguments": "macro_rules! m { ($a:ident $n:ident) => { #[$a] fn $n() { "
    f"{SIX} }} }} }}\nm!(test a);\n#[test] fn b() {{ {FOUR} }}",
    "nothing but ignored": f"#[test] #[ignore] fn a() {{ {SIX} }}",
    "nothing": "fn helper() {}",
}
ENDS = "if halve(6) != 3 || halve(4) != 2 { std::process::exit(1) }"
ENDING = {
    f"fn main() {{ {ENDS} std::process::exit(0) }}": ("passed", "test_failed"),
    f"fn main() {{ std::thread::spawn(|| {{ {ENDS} std::process::exit(0) }}).join().unwrap(); }}": (
        "passed",
        "test_failed",
    ),
    f"#[test] fn a() {{ {ENDS} }}": ("passed", "test_failed"),
    f"use std::process as p;\n#[test] fn a() {{ {SIX} p::exit(0) }}": ("test_failed",) * 2,
    f"#[test] fn a() {{ {SIX} std::process::exit(0) }}": ("task_fault",) * 2,
    f"use std::process::{{self, exit}};\n#[test] fn a() {{ {SIX} exit(0) }}": ("task_fault",) * 2,
    f"#[test] fn a() {{ {ENDS.replace('exit(1)', 'abort()')} }}": ("passed", "test_failed"),
    f"fn main() {{ {ENDS.replace('exit(1)', 'abort()')} }}": ("passed", "test_failed"),
    'extern "C" fn f(ok: bool) { assert!(ok) }\n'
    "#[test] fn a() { f(halve(6) == 3 && halve(4) == 2) }": ("passed", "test_failed"),
    "#[test] fn abort() { let n = halve(6) + halve(4); "
    "if n != 5 { std::hint::black_box(vec![1u8; 1 << 42]); } }": ("passed", "resource_limit"),
    "fn abort(n: i32) -> i32 { if n == 5 { n } else { abort(std::hint::black_box(n)) + 1 } }\n"
    "#[test] fn a() { assert_eq!(abort(halve(6) + halve(4)), 5) }": ("passed", "resource_limit"),
}
"""Tests that end the process: the verdicts on the right program and on the constant."""
BROKEN = {
    "does not compile": '#[test] fn a() { let _: i32 = ""; }',
    "takes arguments": "#[test] fn a(n: i32) { halve(n); }",
    "panics and returns": f"#[test] #[should_panic] fn a() -> Result<(), i32> {{ {ODD} Ok(()) }}",
    "another crate's macro": "proptest! { #[test] fn a(n in 0..9) { halve(n); } }",
}
"""Tests that rustc refuses are refused here, too."""

FORMS = {**RUN, **NAMED, **BROKEN}


def _tests(body: str) -> str:
    return f"#[cfg(test)]\nmod tests {{\n    use super::*;\n{body}\n}}\n"


@pytest.fixture(scope="module")
def by_rustc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All forms that rustc takes as modules of one test program; WHICH names the solution."""
    folder = tmp_path_factory.mktemp("rustc")
    arms = "".join(f'Ok("{i}") => {{ {text}' for i, text in enumerate(PROGRAMS))
    which = f'{PROMPT} match std::env::var("WHICH").as_deref() {{ {arms} _ => panic!() }} }}\n'
    root = [
        f"mod form_{i} {{\n{which}{_tests(body).replace(PLACE, f'crate::form_{i}')}}}\n"
        for i, (name, body) in enumerate(FORMS.items())
        if name not in BROKEN
    ]
    (folder / "tests.rs").write_text("".join(root))
    rustc = str(find_toolchain().rustc)
    command = [rustc, "--test", "--edition=2021", "-Awarnings", "-Cdebuginfo=0", "tests.rs"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "tests"


def rustc_says(program: Path, form: int, which: int) -> tuple[bool, int]:
    """Tell whether the tests of a form pass for a solution, and count the tests that ran."""
    done = subprocess.run(
        [str(program), f"form_{form}::"],
        env={"WHICH": str(which)},
        capture_output=True,
        text=True,
        check=False,
    )
    result = next(line for line in done.stdout.splitlines() if line.startswith("test result"))
    run = sum(int(word) for word in result.split() if word.isdigit())
    ignored = int(result.split(" ignored")[0].split()[-1])
    filtered = int(result.split(" filtered out")[0].split()[-1])
    return done.returncode == 0, run - ignored - filtered


def test_verdicts_are_those_of_rustc_or_the_task_is_named(by_rustc: Path) -> None:
    tasks = {
        name: Task(name, PROMPT, "halve", _tests(body).replace(PLACE, "crate"), edition="2021")
        for name, body in FORMS.items()
    }
    items = [
        (task, Extraction(PROMPT + program, "test"))
        for task in tasks.values()
        for program in PROGRAMS
    ]
    with Scorer(ScoringSettings(workers=2, timeout_s=5), list(tasks.values())) as scorer:
        verdicts = iter(scorer.judge_all(items))
    wrong = []
    for form, name in enumerate(FORMS):
        for which in range(len(PROGRAMS)):
            verdict = next(verdicts)
            if name in RUN:
                passes, run = rustc_says(by_rustc, form, which)
                assert run, name
                right = verdict.kind is not VerdictKind.TASK_FAULT and verdict.passed == passes
            else:
                right = verdict.kind is VerdictKind.TASK_FAULT and bool(verdict.detail)
            if not right:
                wrong.append(
                    f"{name}, program {which}: {verdict.kind.value} {verdict.detail[:200]}"
                )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("print_it", ["println!", "eprintln!"])
def test_what_a_test_prints_of_an_answer_is_no_result(print_it: str) -> None:
    head = "fn word(n: i32) -> String {"
    says = f'{print_it}("{{}}", word(1)); assert_eq!(word(2), "right");'
    task = Task("t", head, "word", _tests(f"#[test] fn a() {{ {says} }}"))
    lines = "".join(f'\n{{"id":{row},"kind":"passed"}}' for row in range(4))
    answers = ["wrong", f"{lines}\n", "right", "1\n[]\nnull\n"]
    items = [
        (task, Extraction(f"{head}\n    {json.dumps(answer)}.to_string()\n}}\n", "test"))
        for answer in answers
    ]
    with Scorer(ScoringSettings(workers=1, timeout_s=5), [task]) as scorer:
        kinds = [verdict.kind.value for verdict in scorer.judge_all(items)]
    assert kinds == ["test_failed", "test_failed", "passed", "test_failed"]


def test_a_test_may_end_the_process_if_no_other_test_is_lost() -> None:
    bodies = [body if "fn main" in body else _tests(body) for body in ENDING]
    tasks = [Task(str(n), PROMPT, "halve", body) for n, body in enumerate(bodies)]
    items = [
        (task, Extraction(PROMPT + program, "test")) for task in tasks for program in PROGRAMS[:2]
    ]
    with Scorer(ScoringSettings(workers=2, timeout_s=5), tasks) as scorer:
        verdicts = scorer.judge_all(items)
    found = [verdict.kind.value for verdict in verdicts]
    assert found == [kind for kinds in ENDING.values() for kind in kinds]
    assert "status 0" in verdicts[6].detail
