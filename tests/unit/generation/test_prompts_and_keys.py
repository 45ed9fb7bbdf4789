import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evalpkg.generation.keys import request_seed, sample_key
from evalpkg.generation.prompts import TEMPLATES, cut, get_template
from evalpkg.models import Role, Task
from evalpkg.tasks import load_tasks

PUBLISHED = Path(__file__).parents[4] / "shared" / "data"
TASK = Task("t", "// Add.\nfn add_up(a: i32) -> i32 {", "add_up", "")


def test_the_default_prompt_is_the_task_then_five_instructions():
    message = get_template("default").render(TASK)
    task, _, instructions = message.partition("\n\n")
    assert task == TASK.prompt
    assert [line[:2] for line in instructions.splitlines()[1:]] == ["1.", "2.", "3.", "4.", "5."]
    for word in ("main", "tests", "comments", "todo!()", "unimplemented!()", "Import", "mut"):
        assert word in instructions


def test_the_bare_prompt_is_the_task_alone():
    assert get_template("bare").render(TASK) == TASK.prompt


def test_digests_tell_templates_apart_and_do_not_depend_on_the_task():
    digests = {template.sha256 for template in TEMPLATES.values()}
    assert len(digests) == len(TEMPLATES)
    default = get_template("default")
    assert default.sha256 == hashlib.sha256(default.text.encode()).hexdigest()


def test_keys_differ_in_every_part_and_stay_the_same_between_versions():
    parts = [
        (1, Role.BASE, "a/1", 0),
        (2, Role.BASE, "a/1", 0),
        (1, Role.FINETUNED, "a/1", 0),
        (1, Role.BASE, "a/11", 0),
        (1, Role.BASE, "a/1", 1),
        (11, Role.BASE, "a/1", 0),
        (1, Role.BASE, "1a/1", 0),
    ]
    assert len({sample_key(*part) for part in parts}) == len(parts)
    # A resumed run must find the streams it started with.
    assert sample_key(1234, Role.BASE, "HumanEval/0", 0) == -21186104705139689


@pytest.mark.parametrize("key", [0, -1, 2**63 - 1, -(2**63), 123456789])
def test_request_seeds_fit_into_31_bits(key):
    assert 0 <= request_seed(key) < 2**31


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, evalpkg.generation\n"
        "bad = {'torch', 'transformers', 'openai', 'numpy', 'huggingface_hub'} & set(sys.modules)\n"
        "sys.exit(f'loads {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


RUST = """use std::fmt;

/// Return the larger
/// of two numbers.
/// >>> larger(1, 2)
fn larger<T: Ord>(a: T, b: T) -> T where T: Copy {
"""
BLOCK = """fn helper() {}

/*
 Find it.
 * one
*/
fn find(a: &[i32]) -> usize{
"""


@pytest.mark.parametrize(
    ("task", "signature", "description"),
    [
        (
            Task("a", RUST, "larger", ""),
            "larger<T: Ord>(a: T, b: T) -> T where T: Copy",
            "Return the larger\nof two numbers.\n>>> larger(1, 2)",
        ),
        (Task("b", BLOCK, "find", ""), "find(a: &[i32]) -> usize", "Find it.\none"),
        (Task("c", "fn g()", "g", ""), "g()", ""),
        (Task("d", "", "h", ""), "h", ""),
    ],
)
def test_published_templates_find_signature_and_description(task, signature, description):
    asked = get_template("humanevalpack").render(task)
    head = f"Write a Rust function `{signature}` to solve the following problem:"
    assert asked.startswith(f"{head}\n{description}".strip())
    assert asked.endswith(task.prompt.strip())
    assert asked == asked.strip()
    assert get_template("humaneval-x").render(task) == f"// language: Rust\n{task.prompt}"
    assert get_template("multipl-e").render(task).endswith(f"\n\n{task.prompt}")


HELPED = """/* Encode. */
fn encode(s: &str) -> String {
    // Not the task's.
    s.into()
}

/*

    Decode.

    Constraints:
    * short

*/
fn decode(s: &str) -> String{
"""


def test_the_comment_of_a_helper_is_none_of_the_task_s_and_lists_keep_their_signs():
    task = Task("a", HELPED, "decode", "")
    head = "Write a Rust function `decode(s: &str) -> String` to solve the following problem:"
    told = "Decode.\nConstraints:\n* short"
    assert get_template("humanevalpack").render(task) == f"{head}\n{told}\n\n{HELPED.strip()}"


@pytest.mark.parametrize(("brace", "shown"), [("{", "u8{"), (" {\n", "u8"), ("\n{\n", "u8")])
def test_mceval_shows_a_brace_that_is_joined_to_the_type(brace, shown):
    task = Task("a", f"/*\n One\n   two\n*/\nfn f() -> u8{brace}", "f", "")
    asked = get_template("mceval").render(task)
    head = f"Write a Rust function `fn f() -> {shown}` to solve the following problem:"
    assert asked == f"{head}\nOne\n   two"


def test_a_fix_is_asked_for_with_the_buggy_code_its_tests_and_the_prefix():
    bug = "// This version of `f` has a bug:\n// fn f() -> u8 {\n//     2\n// }\n// Fixed:\n"
    task = Task("a", f"use std::fmt;\n\n{bug}fn f() -> u8 {{\n", "f", "mod tests {}\n")
    asked = get_template("humanevalpack-fix").render(task)
    code = "use std::fmt;\n\nfn f() -> u8 {\n    2\n}\n"
    rest = "mod tests {}\n\nFix bugs in f.\n\nuse std::fmt;\n\nfn f() -> u8 {"
    assert asked == code + rest


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published files are not here")
@pytest.mark.parametrize(("name", "other"), [("humanevalpack", 2), ("mceval", 0)])
def test_messages_are_those_of_the_published_instructions(name, other):
    file = PUBLISHED / f"{name}_rust.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    tasks = load_tasks(name, "original", files=[file]).tasks
    unequal = 0
    for task, row in zip(tasks, rows, strict=True):
        prefix = f"\n\n{row['prompt']}" if name == "humanevalpack" else ""
        asked = get_template(name).render(task)
        unequal += asked != f"{row['instruction'].strip()}{prefix}".strip()
    assert unequal == other


def test_what_a_task_says_is_never_taken_for_a_place_of_the_template():
    task = Task("a", "// <signature> <comment>\nfn f() {", "f", "")
    assert get_template("bare").render(task) == task.prompt
    assert get_template("default").render(task).startswith(task.prompt)


@pytest.mark.parametrize(
    ("stops", "kept"),
    [((), "a\n}\nfn b"), (("\n}",), "a"), (("fn", "\n}"), "a"), (("zz",), "a\n}\nfn b")],
)
def test_an_answer_is_cut_at_the_first_stop_text(stops, kept):
    assert cut("a\n}\nfn b", stops) == kept
