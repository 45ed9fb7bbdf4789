"""Shapes of answers that once hid the answer: wrappers, listings, modules, literals."""

from __future__ import annotations

import json

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

PROMPT = "use std::collections::HashMap;\n\nfn twice(n: i32) -> i32 {\n"
TASK = Task("t", PROMPT, "twice", "")
RIGHT = "fn twice(n: i32) -> i32 {\n    let m = 2;\n    n * m\n}\n"
WRONG = "fn twice(n: i32) -> i32 {\n    n + n + 1\n}\n"
RUST = f"```rust\n{RIGHT}```\n"
DRAFT = f"```rust\n{WRONG}```\n"
THOUGHTS = [
    *(("<mm:think>", "</mm:think>"), ("<longcat_think>", "</longcat_think>")),
    *(("<begin_of_thought>", "<end_of_thought>"), ("<start_thinking>", "<end_thinking>")),
    *(("<think_start>", "<think_end>"), ("<Think>", "<\\/think>"), ("<THINK>", "<\\think>")),
    *(("<antThinking>", "</antThinking>"), ("<thinking_process>", "</thinking_process>")),
    *(("<chain-of-thought>", "</chain-of-thought>"), ("<plan>", "</plan>")),
    *(("<|begin_of_thought|>", "<|end_of_thought|>"), ("<|think_start|>", "<|think_end|>")),
    *(("<|START_THINKING|>", "<|END_THINKING|>"), ("[BEGIN THINKING]", "[END THINKING]")),
    *(("<\uff5cthink\uff5c>", "<\uff5c/think\uff5c>"), ("[unused16]", "[unused17]")),
    *(("<unused94>thought\n", "<unused95>"), ("<seed:think>", "</seed:think>")),
    ("<details type='reasoning'><summary>Thought for 3 s</summary>", "</details>"),
    ("<|im_start|>think\n", "<|im_end|>\n<|im_start|>answer\n"),
]
HIDDEN = {
    **{
        f"a fence of {name}": ("```" + name, "```") for name in ("thinking", "thought", "reasoning")
    },
    "a fence of tildes": ("~~~Thinking", "~~~"),
    "a longer fence with words behind its name": ("````thinking (draft)", "````"),
    "a comment of HTML": ("<!--", "-->"),
}
LITERAL = (
    'fn twice(n: i32) -> i32 {\n    let _s = r#"\n```rust\nfn twice(n: i32) -> i32 { 1 }\n```\n'
    '<think>\n### Instruction:\n\nHuman: hello\n"#;\n    let m = 2;\n    n * m\n}\n'
)
DEEP = f"mod a {{\n    fn two() -> i32 {{ 2 }}\n    mod b {{\n{RIGHT}    }}\n}}\n"

QUOTED = "".join(f"> {line}\n" for line in f"<think>\n{DRAFT}</think>\n{RUST}".splitlines())

ANSWERS = {
    "JSON with a draft in its field of thoughts": json.dumps({"reasoning": DRAFT, "code": RIGHT}),
    "JSON with the rest of the function": json.dumps(
        {"why": "Twice n; it is a product.", "code": RIGHT.partition("{\n")[2]}
    ),
    "JSON with thoughts in its text": json.dumps({"text": f"<think>{WRONG}</think>\n{RUST}"}),
    "a quotation with thoughts": QUOTED,
    "JSON with the code deep in it": json.dumps({"answer": {"language": "rust", "code": RIGHT}}),
    "JSON with words about the code first": json.dumps({"why": "fn twice is it", "code": RUST}),
    "JSON of a call of a tool": "<tool_call>\n"
    + json.dumps({"arguments": {"code": RIGHT}})
    + "\n</tool_call>",
    "JSON with a list of lines": json.dumps({"code": RIGHT.splitlines()}),
    "a cross before the wrong one": f"\u2705\n{RUST}\u274c\n{DRAFT}",
    "a listing numbered with blanks": "".join(
        f"{number:4d}  {line}\n" for number, line in enumerate(RIGHT.splitlines(), 1)
    ),
    "signs that Markdown escapes": RIGHT.replace("let m", "let mut \\_t = 1; let m"),
    "a byte order mark in a block": f"```rust\n\ufeff{RIGHT}```",
    "a raw text with fences and marks": LITERAL,
    "the same in a block": f"```rust\n{LITERAL}```\n",
    "the same in a block, and prose": f"Here:\n\n```rust\n{LITERAL}```\n\nThat's it.",
    "the same as a body": LITERAL.partition("{\n")[2],
    "a block that only imports the answer": RUST
    + "\n```rust\nuse mylib::twice;\nfn main() {}\n```",
    "a block that imports it from its crate": RUST + "\n```rust\nuse crate::twice;\nfn f() {}\n```",
    "a later stub that cannot be reached": RUST
    + "\n```rust\nfn twice(n: i32) -> i32 {\n    unreachable!()\n}\n```",
    "a later stub that says the same code": RUST
    + "\n```rust\nfn twice(n: i32) -> i32 {\n    /* same code */\n    n + n + 1\n}\n```",
    "another role of a template": f"<extra_id_1>Assistant\n{RUST}<extra_id_1>User\n{DRAFT}",
}


@pytest.mark.parametrize("between", ["  ", " | ", "|", ": ", ". ", ") ", "\t", " \u2502 "])
@pytest.mark.parametrize("width", [0, 3])
@pytest.mark.parametrize("fence", ["", "```rust\n"])
def test_numbered_lines_are_read_whatever_stands_behind_the_number(
    between: str, width: int, fence: str
) -> None:
    program = (
        "fn twice(n: i32) -> i32 {\n    let m = [n, n]\n        .iter()\n"
        "        .map(\n            |k| *k)\n        .sum::<i32>();\n\n    m\n}\n"
    )
    listing = "".join(
        f"{number:{width}d}{between}{line}\n" for number, line in enumerate(program.splitlines(), 1)
    )
    found = extract(TASK, fence + listing + ("```\n" if fence else ""))
    read = (found.source or "").split()
    assert read[read.index("fn") :] == program.split()


@pytest.mark.parametrize("opening", [opening for opening, _ in THOUGHTS])
@pytest.mark.parametrize("answer", [RUST, RIGHT, f"<answer>\n{RUST}</answer>"])
def test_a_draft_in_thoughts_is_not_the_answer(opening: str, answer: str) -> None:
    found = extract(TASK, f"{opening}\nDraft:\n{DRAFT}hmm\n{dict(THOUGHTS)[opening]}\n{answer}")
    assert "n * m" in (found.source or "")
    assert "n + n" not in (found.source or "")


@pytest.mark.parametrize("opening", [opening for opening, _ in THOUGHTS])
def test_thoughts_that_never_end_are_no_answer(opening: str) -> None:
    assert extract(TASK, f"{opening}\nDraft:\n{RUST}hmm, is").source is None


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("draft", [DRAFT, WRONG])
@pytest.mark.parametrize("answer", [RUST, RIGHT])
def test_what_a_page_hides_or_calls_thoughts_is_not_the_answer(
    hidden: str, draft: str, answer: str
) -> None:
    opening, closing = HIDDEN[hidden]
    thoughts = f"{opening}\nDraft:\n{draft}hmm\n{closing}\n"
    for text in (f"{thoughts}\n{answer}", f"{answer}\n{thoughts}", f"{thoughts}{answer}{thoughts}"):
        source = extract(TASK, text).source or ""
        assert "n * m" in source
        assert "n + n" not in source
    assert extract(TASK, thoughts).source is None
    assert extract(TASK, f"{opening}\nDraft:\n{draft}hmm, is").source is None


@pytest.mark.parametrize(
    "answer",
    [json.dumps({"thinking": RIGHT}), json.dumps({"Reasoning_steps": [RUST], "code": ""})],
)
def test_thoughts_in_a_field_of_json_are_no_answer(answer: str) -> None:
    assert extract(TASK, answer).source is None


def test_an_open_fence_of_thoughts_ends_with_the_first_block_inside_it() -> None:
    source = extract(TASK, f"```thinking\nDraft:\n{DRAFT}So:\n\n{RUST}").source or ""
    assert "n * m" in source
    assert extract(TASK, f"```thinking\nDraft:\n{DRAFT}So:").source is None


@pytest.mark.parametrize("mark", ["<!-- no -->", "<!--", "```thinking", "-->"])
def test_a_mark_of_hidden_text_in_a_string_of_the_program_stays(mark: str) -> None:
    answer = RIGHT.replace("let m", f'let _s = r#"\n{mark}\nx\n"#;\n    let m')
    assert mark in (extract(TASK, answer).source or "")
    assert mark in (extract(TASK, answer.partition("{\n")[2]).source or "")
    assert mark in (extract(TASK, f"Here:\n\n```rust\n{answer}```\nDone.").source or "")


@pytest.mark.parametrize("shape", ANSWERS)
def test_the_shape_does_not_hide_the_answer(shape: str) -> None:
    source = extract(TASK, ANSWERS[shape]).source or ""
    assert "n * m" in source
    assert "n + n + 1" not in source
    assert "use mylib" not in source
    assert "\\_" not in source
    assert "\ufeff" not in source


def test_a_private_function_of_a_module_keeps_what_stands_beside_it() -> None:
    source = extract(TASK, DEEP).source or ""
    assert "pub mod b" in source
    assert "pub fn twice" in source
    assert source.rstrip().endswith("use a::b::twice;")


def test_a_function_of_a_generic_type_is_called_by_its_whole_type() -> None:
    answer = f"struct S<T>(T);\nimpl S<i32> {{\n    pub {RIGHT}}}\n"
    assert "<S<i32>>::twice(n)" in (extract(TASK, answer).source or "")


@pytest.mark.parametrize(
    "attribute", ["deny(unused)", "forbid(unused)", "no_std", "deny(warnings)"]
)
def test_a_strict_file_gets_no_import_that_it_does_not_name(attribute: str) -> None:
    assert "HashMap" not in (extract(TASK, f"#![{attribute}]\n{RIGHT}").source or "")
    named = RIGHT.replace("let m", "let _h: HashMap<i32, i32>; let m")
    assert "HashMap;" in (extract(TASK, f"#![{attribute}]\n{named}").source or "")


@pytest.mark.parametrize("attribute", ["forbid(unsafe_code)", "deny(clippy::all)"])
def test_a_file_that_refuses_other_things_gets_all_imports(attribute: str) -> None:
    assert "HashMap;" in (extract(TASK, f"#![{attribute}]\n{RIGHT}").source or "")


def test_variants_under_spaced_cfg_attributes_are_all_kept() -> None:
    answer = f"# [cfg(unix)]\n{RIGHT}\n# [ cfg(not(unix)) ]\n{WRONG}"
    source = extract(TASK, answer).source or ""
    assert "n * m" in source
    assert "n + n + 1" in source


@pytest.mark.parametrize("answer", [f'"{RIGHT.rstrip()}"', '{"code": "' + RIGHT.rstrip() + '"}'])
def test_a_string_may_hold_its_line_ends_as_they_are(answer: str) -> None:
    found = extract(TASK, answer)
    assert found.rule == "function"
    assert (found.source or "").endswith(RIGHT.rstrip())


@pytest.mark.parametrize("place", ["// a {}", "/* {} */", "let _c = '{}';", 'let _s = "a{}b";'])
@pytest.mark.parametrize("shape", ["    {}\n    n * 2\n}}", RIGHT, RUST, f"Here:\n\n{RIGHT}"])
def test_a_nul_where_rustc_accepts_one_changes_nothing(shape: str, place: str) -> None:
    def program(character: str) -> str | None:
        line = place.format(character)
        answer = shape.replace("let m = 2;", f"let m = 2;\n    {line}").replace("{}", line)
        return extract(TASK, answer.replace("}}", "}")).source

    other = program("\x01")
    assert other is not None
    assert "\x01" in other
    assert program("\0") == other.replace("\x01", "\0")
