"""Tokens that end a text, names that look like them, odd blanks, and what others said."""

from __future__ import annotations

import html
import json

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

HEAD = "fn twice(n: i32) -> i32 {\n"
TASK = Task("t", HEAD, "twice", "mod tests { #[test] fn t() {} }")
BODY = "    let m = [2];\n    n * m[0]\n}\n"
RIGHT = HEAD + BODY
WRONG = f"{HEAD}    n + n + 1\n}}\n"
RUST = f"```rust\n{RIGHT}```\n"
DRAFT = f"```rust\n{WRONG}```\n"
NAMES = ("EOT", "EOS", "eod", "eos", "s", "pad", "unk", "filename", "file_sep", "Thought", "think")
MARKS = (
    *("<|endoftext|>", "<|im_end|>", "</s>", "<EOT>", "<eos>", "<|end|>", "[INST]", "[/INST]"),
    *(
        "<think>",
        "</think>",
        "<|channel|>final<|message|>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
    ),
    *("<tool_response>", "```", "</answer>"),
)
THOUGHTS = (
    *(("&lt;think&gt;", "&lt;/think&gt;"), ("\\<think\\>", "\\</think\\>")),
    *(("Thinking...\n", "...done thinking.\n"), ("## Thinking\n", "## Answer\n")),
    *(("**Reasoning:**\n", "**Final answer:**\n"), ("<rationale>", "</rationale>")),
    *(("<ponder>", "</ponder>"), ("<step_by_step>", "</step_by_step>")),
)
TOOLS = ("tool_response", "tool_output", "tool_results", "function_results", "observation")
STOPS = (
    "</s>",
    "<s>",
    "<pad>",
    "<unk>",
    "<eop>",
    "[EOT]",
    "<|end\u2581of\u2581sentence|>",
    "</answer>",
)
BLANKS = {
    "that do not break": RIGHT.replace("    ", "\u00a0" * 4),
    "everywhere": RIGHT.replace(" ", "\u00a0"),
    "narrow": RIGHT.replace("    ", "\u202f" * 4),
    "of ideographs": RIGHT.replace("    ", "\u3000" * 2),
    "without width": RIGHT.replace(" ", "\u2060 \xad\u200d"),
    "of SentencePiece": RIGHT.replace(" ", "\u2581"),
    "of GPT-2": RIGHT.replace(" ", "\u0120").replace("\n", "\u010a"),
    "line separators": RIGHT.replace("\n", "\u2028"),
    "next lines": RIGHT.replace("\n", "\x85"),
    "colours": "".join(f"\x1b[34m{line}\x1b[0m\n" for line in RIGHT.splitlines()),
    "escaped twice": html.escape(html.escape(RIGHT)),
    "code points": RIGHT.replace("[", "\\u005b").replace(">", "\\u003e"),
}
FIELDS = {
    "a question first": [
        {"role": "user", "content": DRAFT},
        {"role": "assistant", "content": RUST},
    ],
    "a part of thoughts": [{"type": "reasoning", "text": DRAFT}, {"type": "text", "text": RUST}],
    "the original first": {"original": WRONG, "fixed": RIGHT},
    "what a tool said": {"tool_output": WRONG, "code": RIGHT},
}


def answers(program: str) -> tuple[str, ...]:
    """A program as models write it, whole and cut."""
    cut = program.rstrip().removesuffix("}")
    tests = f"{program}\n#[cfg(test)]\nmod tests {{\n    use super::*;\n    #[te"
    forms = (
        program,
        f"```rust\n{program}```\n",
        cut,
        tests,
        f"```rust\n{tests}",
        f"```rust\n{cut}",
    )
    return (*forms, program.partition(HEAD)[2], cut.partition(HEAD)[2])


@pytest.mark.parametrize("name", NAMES)
def test_a_type_that_is_named_like_a_token_is_no_token(name: str) -> None:
    kind = f"    struct {name}(i32);\n"
    used = f"    let v: Vec<{name}> = vec![{name}(n)].into_iter().collect::<Vec<{name}>>();\n"
    for answer in answers(HEAD + kind + used + BODY):
        found = extract(TASK, answer)
        assert f"collect::<Vec<{name}>>();\n    let m" in (found.source or "")
        assert "broken" not in found.rule


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("form", ['let _s = "{}";', 'let _s = "a\n{}\nb";', "// as {} is read"])
def test_a_mark_in_a_literal_or_comment_stays_where_the_answer_was_cut(
    mark: str, form: str
) -> None:
    line = form.format(mark)
    whole, fenced, *cut = answers(f"{HEAD}    {line}\n{BODY}")
    inside = mark == "```" and "\n" in line  # it ends a block
    for answer in (whole, cut[0], *cut[-2:]) if inside else (whole, fenced, *cut):
        found = extract(TASK, answer)
        assert line in (found.source or "")
        assert "n * m[0]" in (found.source or "")
        assert "broken" not in found.rule


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("answer", [RIGHT, BODY, RUST])
def test_what_follows_the_token_that_ends_the_text_is_not_the_answer(
    stop: str, answer: str
) -> None:
    for more in ("", f"\n{WRONG}", f"\n{DRAFT}"):
        source = extract(TASK, answer + stop + more).source or ""
        assert "n * m[0]" in source
        assert "n + n" not in source


@pytest.mark.parametrize("stop", [stop for stop in STOPS if "|" not in stop])
def test_a_token_that_words_mention_before_the_answer_does_not_end_it(stop: str) -> None:
    assert "n * m[0]" in (extract(TASK, f"It ends with {stop} as asked.\n{RUST}").source or "")


@pytest.mark.parametrize(("opening", "closing"), THOUGHTS)
@pytest.mark.parametrize("answer", [RUST, RIGHT, BODY])
def test_a_draft_in_thoughts_is_not_the_answer(opening: str, closing: str, answer: str) -> None:
    for draft in (WRONG, DRAFT):
        source = extract(TASK, f"{opening}\nDraft:\n{draft}\nhm\n{closing}\n{answer}").source or ""
        assert "n * m[0]" in source
        assert "n + n" not in source


def test_an_answer_below_a_heading_of_thoughts_is_not_lost() -> None:
    text = f"## Reasoning\n\nTwice:\n{RUST}\n## Answer\n\nThat is all."
    assert "n * m[0]" in (extract(TASK, text).source or "")


@pytest.mark.parametrize("tool", TOOLS)
def test_what_a_tool_said_is_not_the_answer(tool: str) -> None:
    for said in (
        f"<{tool}>\n{WRONG}</{tool}>",
        f"<{tool}>\n{DRAFT}</{tool}>",
        f"```{tool}\n{WRONG}```",
    ):
        assert extract(TASK, said).source is None
        source = extract(TASK, f"{RUST}\n{said}").source or ""
        assert "n * m[0]" in source
        assert "n + n" not in source


@pytest.mark.parametrize("blanks", BLANKS)
@pytest.mark.parametrize("fence", ["", "```rust\n"])
def test_blanks_and_escapes_of_a_page_or_tokenizer_do_not_hide_the_answer(
    blanks: str, fence: str
) -> None:
    found = extract(TASK, f"{fence}{BLANKS[blanks]}{fence[:3]}")
    assert (found.source or "").split() == RIGHT.split()


def test_odd_blanks_in_a_string_stay() -> None:
    answer = BLANKS["that do not break"].replace("let m", 'let _s = "a\u00a0b"; let m')
    assert '"a\u00a0b"; let m' in (extract(TASK, answer).source or "")


def test_blank_lines_of_a_listing_need_no_number() -> None:
    lines = RIGHT.replace("    n *", "\n    n *").splitlines()
    listing = "".join(f"{n:3} {line}\n" if line else "\n" for n, line in enumerate(lines, 1))
    assert (extract(TASK, listing).source or "").split() == RIGHT.split()
    numbers = [number for number, line in enumerate(lines) if line]
    listing = "".join(
        f"{numbers.index(n) + 1:3} {lines[n]}\n" if lines[n] else "\n" for n in range(len(lines))
    )
    assert (extract(TASK, listing).source or "").split() == RIGHT.split()


@pytest.mark.parametrize("fields", FIELDS)
def test_of_json_the_answer_is_read_and_not_what_was_asked(fields: str) -> None:
    source = extract(TASK, json.dumps(FIELDS[fields])).source or ""
    assert "n * m[0]" in source
    assert "n + n" not in source


def test_inner_attributes_are_those_of_a_test_run() -> None:
    attributes = (
        "#![cfg_attr(not(test), no_std)]\n#![deny(missing_docs, unused)]\n#![warn(missing_docs)]\n"
    )
    tested = extract(TASK, attributes + RIGHT).source or ""
    assert "no_std" not in tested
    assert "missing_docs" not in tested
    assert "#![deny(unused)]" in tested
    in_main = extract(Task("t", HEAD, "twice", "fn main() {}"), attributes + RIGHT).source or ""
    assert attributes in in_main
