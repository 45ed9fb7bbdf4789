"""Templates, calls of tools, sessions and listings of many makers, and what is said to be wrong."""

from __future__ import annotations

import html
import json

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

TASK = Task("t", "fn twice(n: i32) -> i32 {\n", "twice", "mod tests { #[test] fn t() {} }")
HEAD = "fn twice(n: i32) -> i32 {\n"
BODY = "    let m = [2];\n    n * m[0]\n}\n"
RIGHT = HEAD + BODY
WRONG = f"{HEAD}    n + n + 1\n}}\n"
RUST = f"```rust\n{RIGHT}```\n"
DRAFT = f"```rust\n{WRONG}```\n"
SAID = f"I could write\n{DRAFT}but wait.\n"
CALL = json.dumps({"name": "write", "arguments": {"code": RIGHT}})


def numbered(form: str) -> str:
    return "".join(form.format(n, line) for n, line in enumerate(RIGHT.splitlines(True), 1))


TURNS = {
    "a question of a tool": f"{RUST}<|observation|>\n{DRAFT}",
    "MiniMax": f"<think>\n{SAID}</think>\n{RUST}[e~[\n]~b]user\n{DRAFT}",
    "Nemotron": f"<think></think>{RUST}<SPECIAL_12>\n<SPECIAL_11>User\n{DRAFT}",
    "EXAONE": f"<thought>\n{SAID}</thought>\n{RUST}[|endofturn|]\n[|user|]\n[|assistant|]{DRAFT}",
    "Apertus": f"<|inner_prefix|>{SAID}<|inner_suffix|>{RIGHT}<|assistant_end|><|user_start|>"
    f"x<|user_end|><|assistant_start|>{DRAFT}",
    "Command": f"<|START_THINKING|>{SAID}<|END_THINKING|><|START_RESPONSE|>{RUST}<|END_RESPONSE|>"
    f"<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{DRAFT}",
    "Solar": f"<|think|>{SAID}<|end|><|begin|>assistant<|content|>{RUST}<|end|>",
    "Ring": f"{RUST}<|role_end|><role>HUMAN</role>x<role>ASSISTANT</role>{DRAFT}",
    "Granite": f"Here is my thought process:\n{SAID}\nHere is my response:\n\n{RUST}",
    "thoughts in a turn of their own": f"<think>{SAID}</think>\n<|im_start|>assistant\n{RUST}",
    "a call of a tool in Harmony": f"<|channel|>analysis<|message|>{SAID}<|end|><|start|>assistant"
    f" to=functions.write<|channel|>commentary json<|message|>{CALL}<|call|>",
    "Llama": f"{RUST}<|eot|><|header_start|>user<|header_end|>\n{DRAFT}",
}
FORMS = {
    "a call of a tool": f"[TOOL_CALLS][{CALL}]",
    "the arguments of a call": "[TOOL_CALLS]write[ARGS]" + json.dumps({"code": RIGHT}),
    "a call between marks": f"<|tool_call_begin|>functions.write:0{CALL}<|tool_call_end|>",
    "a call in tags": f'<invoke name="write">\n<parameter name="content">{RIGHT}</parameter>',
    "JSON and prose": f"Here is the JSON:\n{CALL}\nDone.",
    "JSON in two lines": json.dumps({"step": "plan"}) + "\n" + CALL,
    "JSON that was cut": json.dumps({"code": RIGHT, "why": "It is a product"})[:-9],
    "JSON with a comma too many": '{"code": ' + json.dumps(RIGHT) + ",}",
    "JSON with plain line ends": '{"code": "' + RIGHT + '"}',
    "JSON of Python": repr({"code": RIGHT}),
    "a draft in a field of thoughts that was cut": json.dumps({"reasoning": WRONG, "code": RIGHT})[
        :-1
    ],
    "numbers with an L": numbered("L{}: {}"),
    "numbers with an arrow": numbered("{:6d}\u2192{}"),
    "numbers in brackets": numbered("[{}] {}"),
    "a session": ">> " + RIGHT.rstrip().replace("\n", "\n.. ") + "\n>> twice(2)\n4\n",
    "spaces of HTML": "<code>"
    + html.escape(RIGHT).replace("    ", "&nbsp;" * 4).replace("\n", "<br>\n")
    + "</code>",
    "all escapes of Markdown": RIGHT.replace("[", "\\[").replace("]", "\\]").replace(">", "\\>"),
    "an artifact": f'<artifact type="code">{RIGHT}</artifact>',
    "a stub, then a body without its brace": f"```rust\n{HEAD}    todo!()\n}}\n```\nFilled in:\n"
    f"```rust\n{BODY.rstrip().removesuffix('}')}```\n",
    "a file for test runs": f"#![cfg(test)]\n{RIGHT}",
    "an impl with parameters": f"struct S<T>(T);\nimpl<T> S<T> {{\n{RIGHT}}}\n",
    "a trait": f"trait S {{\n{RIGHT}}}\n",
    "a function beside its helper in main": "fn main() {\n    fn go(n: i32) -> i32 {\n"
    + BODY
    + HEAD
    + "        go(n)\n    }\n}\n",
    "a constant": "const twice: fn(i32) -> i32 = |n| {\n" + BODY.rstrip() + ";\n",
    "a static, fenced": "```rust\nstatic twice: fn(i32) -> i32 = go;\nfn go(n: i32) -> i32 {\n"
    + BODY
    + "```\n",
    "a macro without arguments": f"macro_rules! make {{ () => {{ {RIGHT} }} }}\nmake! {{}}\n",
}
WRONG_ONES = {
    "under a heading": f"## Common mistakes\n\nForgetting it:\n{DRAFT}",
    "under an earlier comment": f"```rust\n// Incorrect version:\n// it adds\n{WRONG}```\n",
    "under a doc comment": f"```rust\n/// Wrong: it adds\n{WRONG}```\n",
    "as the skeleton": f"Your skeleton was:\n{DRAFT}",
}
REMARKS = [
    *("// Bad input is ignored", "// Wrong inputs (none): fine", "// The original order is kept"),
    *("/// Before the sum, n is checked.", "// Mistakes cannot happen"),
]
ELISIONS = [
    *("// (unchanged)", "/* omitted for brevity */", "// implementation", "// [snip]"),
    *("// -- snip --", "// as shown earlier", "// same logic", "// (function body)"),
]
STUBS = ["loop {}", "std::todo!()", "let _ = n;\n    todo!()"]


@pytest.mark.parametrize("maker", TURNS)
def test_the_answer_of_the_first_turn_is_taken(maker: str) -> None:
    source = extract(TASK, TURNS[maker]).source or ""
    assert "n * m[0]" in source
    assert "n + n" not in source


@pytest.mark.parametrize("form", FORMS)
def test_the_form_does_not_hide_the_answer(form: str) -> None:
    found = extract(TASK, FORMS[form])
    assert "n * m[0]" in (found.source or "")
    assert "n + n" not in (found.source or "")
    assert "broken" not in found.rule
    assert "cfg(test)" not in (found.source or "")


def test_the_helper_of_a_copied_function_comes_with_it() -> None:
    source = extract(TASK, FORMS["a function beside its helper in main"]).source or ""
    assert source.count("fn go(") == source.count("fn twice(") == 2


@pytest.mark.parametrize(
    "opening", ["<|inner_prefix|>", "Here is my thought process:\n", "<|think|>"]
)
def test_a_draft_in_thoughts_that_were_cut_is_no_answer(opening: str) -> None:
    assert extract(TASK, f"{opening}{SAID}{DRAFT}and so, for").source is None


@pytest.mark.parametrize("place", WRONG_ONES)
def test_what_is_said_to_be_wrong_is_not_the_answer(place: str) -> None:
    for text in (f"{RUST}\n{WRONG_ONES[place]}", f"{WRONG_ONES[place]}\nBut:\n{RUST}"):
        source = extract(TASK, text).source or ""
        assert "n * m[0]" in source
        assert "n + n" not in source


@pytest.mark.parametrize("words", [f"{said}\n    n + n" for said in ELISIONS] + STUBS)
def test_a_definition_with_its_body_left_out_is_not_the_answer(words: str) -> None:
    source = extract(TASK, f"{RUST}\nUse it:\n```rust\n{HEAD}    {words}\n}}\n```\n").source or ""
    assert "n * m[0]" in source


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize("text", ["```rust\n{}{}```\n", "```rust\n{}{}\nfn main() {{\n"])
def test_a_remark_about_other_things_leaves_the_answer_what_it_is(remark: str, text: str) -> None:
    source = extract(TASK, f"{DRAFT}\nSo:\n\n{text.format(remark + chr(10), RIGHT)}").source or ""
    assert "n * m[0]" in source


def test_a_draft_in_a_field_of_thoughts_is_none_if_the_json_was_cut_behind_it() -> None:
    cut = json.dumps({"reasoning": RIGHT, "code": "x"})[:-8]
    assert extract(TASK, cut).source is None


@pytest.mark.parametrize(
    "comment",
    ["// implementation", "// same logic for both", "// the code", "// unchanged"],
)
def test_a_whole_body_below_a_short_comment_is_the_answer(comment: str) -> None:
    source = extract(TASK, f"{DRAFT}\n```rust\n{HEAD}    {comment}\n{BODY}```\n").source or ""
    assert "n * m[0]" in source


@pytest.mark.parametrize(
    "token",
    [
        *("<EOT>", "<|file_separator|>", "<|fim_middle|>", "<filename>a.rs", "<gh_stars>10-100"),
        *("<\uff5cfim\u2581hole\uff5c>", "<|cursor|>", "[EOS]", "<pad><pad>", "<|pad|>", "[DONE]"),
        *("<|END_OF_TURN_TOKEN|>", "[e~[", "[|endofturn|]", "<|role_end|>", "<seed:eos>"),
        *("<|assistant_end|>", "<|end_of_msg|>", "<|plamo:eos|>", "</longcat_s>", "<eod>"),
    ],
)
@pytest.mark.parametrize("text", [RIGHT, BODY])
def test_a_token_that_ends_the_text_is_no_part_of_a_cut_function(token: str, text: str) -> None:
    found = extract(TASK, text.rstrip().removesuffix("}") + token)
    assert (found.source or "").split() == RIGHT.split()


@pytest.mark.parametrize(
    "behind",
    [
        "thread_local! { static N: i32 = 2; }",
        "use inner::N;\nmod inner { pub const N: i32 = 2; }",
        "enum Two { N }\nuse Two::*;",
    ],
)
def test_what_a_body_needs_is_found_behind_it(behind: str) -> None:
    used = "    let _: Two;\n" if "Two" in behind else ""
    answer = f"{used}    twice_of(N, n)\n}}\n\n{behind}\n\nfn other() {{ M }}\n"
    source = extract(TASK, answer).source or ""
    assert all(line in source for line in behind.split("\n"))
    assert "other" not in source


GOOD, BAD = f"#[cfg(test)]\n{RIGHT}", f"#[cfg(not(test))]\n#[inline]\n{WRONG}"
HELPED = f"{HEAD}    go(n)\n}}\n"
OWN_TESTS = (
    "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn t() { nothing(); }\n}\n"
)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD + BAD,
        BAD + GOOD + OWN_TESTS,
        GOOD,
        f"```rust\n{GOOD}```\nand\n```rust\n{BAD}```\n",
        HELPED + GOOD.replace("twice", "go") + BAD.replace("twice", "go"),
        f"{GOOD}/// Other docs.\n#[inline]\n{BAD}",
    ],
)
def test_of_variants_for_test_runs_the_one_that_is_tested_is_taken(answer: str) -> None:
    source = extract(TASK, answer).source or ""
    assert "n * m[0]" in source
    assert "n + n" not in source
    assert source.count("cfg(test)") == answer.count("mod tests")
    assert not source.rstrip().endswith("]")
    assert ("mod tests" in source) == ("mod tests" in answer)
    in_main = extract(Task("t", TASK.prompt, "twice", "fn main() {}"), answer).source or ""
    assert in_main.count("cfg(") == answer.count("cfg(")


@pytest.mark.parametrize(
    ("head", "end"), [("    go(n)\n}\n", ""), (f"```rust\n{HELPED}```\n```rust\n", "```\n")]
)
def test_all_variants_of_a_helper_under_cfg_stay(head: str, end: str) -> None:
    one, other = (code.replace("twice", "go").replace("test", "unix") for code in (GOOD, BAD))
    for helpers in (one + other, other + one, one + one + other):
        source = extract(TASK, head + helpers + end).source or ""
        assert source.count("fn go(") == source.count("#[cfg(") == 2
    plain = RIGHT.replace("twice", "go")
    for helpers in (one + plain, plain + one):
        assert (extract(TASK, head + helpers + end).source or "").count("fn go(") == 1


def test_a_stub_of_a_helper_gives_way_to_its_definition() -> None:
    stub, whole = "fn go(n: i32) -> i32 { todo!() }\n", f"fn go(n: i32) -> i32 {{\n{BODY}"
    for first, last in ((stub, whole), (whole, stub)):
        blocks = [f"```rust\n{code}```\n" for code in (first, HELPED, last)]
        source = extract(TASK, "".join(blocks)).source or ""
        assert "n * m[0]" in source
        assert "todo" not in source


def test_a_file_that_imports_the_answer_from_another_file_is_not_it() -> None:
    usage = 'mod lib;\nuse lib::twice;\nfn main() { println!("{}", twice(2)); }\n'
    source = extract(TASK, f"{RUST}// main.rs\n```rust\n{usage}```\n").source or ""
    assert "n * m[0]" in source
    assert "mod lib" not in source


@pytest.mark.parametrize("used", ["use std::io::*;", "use std::borrow::Borrow;"])
def test_an_import_that_changes_other_names_is_not_taken_from_other_text(used: str) -> None:
    assert used not in (
        extract(TASK, f"{RUST}Use:\n```rust\n{used}\nfn main() {{}}\n```").source or ""
    )
    assert used not in (extract(TASK, f"{BODY}\n{used}\nfn main() {{}}\n").source or "")
    assert "use std::fmt::Write;" in (extract(TASK, f"{BODY}\nuse std::fmt::Write;\n").source or "")
