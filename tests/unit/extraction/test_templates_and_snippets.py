"""Forms of agents, editors and templates, and snippets that explain an answer."""

from __future__ import annotations

import json

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

PROMPT = "/// Twice.\nfn twice(n: i32) -> i32 {\n"
TASK = Task("t", PROMPT, "twice", "mod tests { #[test] fn t() {} }")
BODY = "    let m = [2];\n    n * m[0]\n}\n"
RIGHT = PROMPT + BODY
WRONG = f"{PROMPT}    n + n + 1\n}}\n"
STUB = f"{PROMPT}    todo!()\n}}\n"
RUST = f"```rust\n{RIGHT}```\n"
TAGS = (
    *("implementation", "snippet", "code_block", "submission", "parameter=content"),
    *('script type="text/rust"', 'artifact id="a" lang="rust"', "write_to_file"),
)
FORMS = {
    "a part of thoughts of Gemini": json.dumps(
        {"parts": [{"thought": True, "text": WRONG}, {"text": RUST}]}
    ),
    "a list with the rest of the function": json.dumps([{"generated_text": BODY}]),
    "search and replace": f"a.rs\n<<<<<<< SEARCH\n{WRONG}=======\n{RIGHT}>>>>>>> REPLACE\n",
    "search and replace of a body": "```\n<<<<<<< SEARCH\n    todo!()\n}\n=======\n"
    f"{BODY}>>>>>>> REPLACE\n```\n",
    "a conflict with its base": f"<<<<<<< a\n{WRONG}||||||| base\n    1\n=======\n"
    f"{RIGHT}>>>>>>> b\n",
    "a template of infilling": f"<fim_prefix>{PROMPT}<fim_suffix>}}\n<fim_middle>{BODY}",
    "Qwen's": f"<|fim_prefix|>{PROMPT}<|fim_suffix|>\n<|fim_middle|>{BODY}<|fim_pad|>",
    "CodeLlama's": f"<PRE> {PROMPT} <SUF>}} <MID>{BODY}<EOT>",
    "DeepSeek's": f"<\uff5cfim\u2581begin\uff5c>{PROMPT}<\uff5cfim\u2581hole\uff5c>"
    f"<\uff5cfim\u2581end\uff5c>{BODY}",
    "the stub, then the answer": f"{STUB}\n{RIGHT}",
    "the stub, then a block": f"{STUB}\nbecomes\n\n{RUST}",
    "the head of a block": f"rust\n{BODY}",
    "the head of a page's block": f"rust\nCopy code\n{BODY}",
    "line ends of an old Macintosh": RIGHT.replace("\n", "\r"),
    "a file's name in tags": "<write>\n<path>src/a.rs</path>\n<content>\n"
    f"{BODY}</content>\n</write>",
}
SNIPPETS = ("vec![n, m]", 'format!("{}", m)', "matches!(n, m)", 'write!(m, "{}", n);', "vec![m];")


@pytest.mark.parametrize("form", FORMS)
def test_the_form_does_not_hide_the_answer(form: str) -> None:
    found = extract(TASK, FORMS[form])
    assert "n * m[0]" in (found.source or "")
    assert "n + n" not in (found.source or "")
    assert "todo" not in (found.source or "")
    assert "broken" not in found.rule


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("form", ["<{0}>\n{2}</{1}>", "Here:\n<{0}>{2}</{1}>\nIt is a product."])
def test_a_body_may_stand_in_tags_of_any_name(tag: str, form: str) -> None:
    name = tag.split()[0].partition("=")[0]
    found = extract(TASK, form.format(tag, name, BODY))
    assert (found.source or "").split() == RIGHT.split()


@pytest.mark.parametrize("snippet", SNIPPETS)
@pytest.mark.parametrize("fence", ["```rust\n{}\n```\n", "```\n{}\n```\n"])
def test_an_expression_that_explains_the_answer_is_no_item_beside_it(
    snippet: str, fence: str
) -> None:
    said = fence.format(snippet)
    for answer in (f"{RUST}\nwhere\n{said}", f"It is\n{said}\nSo:\n{RUST}"):
        assert (extract(TASK, answer).source or "").split() == RIGHT.split()


def test_calls_of_macros_that_make_items_stay() -> None:
    made = "thread_local!(static M: i32 = 2);\nmake! { N }\n"
    answer = f"macro_rules! make {{ ($n:ident) => {{ const $n: i32 = 1; }} }}\n{made}{RIGHT}"
    assert made in (extract(TASK, answer).source or "")


def test_a_stub_that_nothing_follows_is_judged_as_it_is() -> None:
    assert (extract(TASK, STUB).source or "").split() == STUB.split()


@pytest.mark.parametrize("lead", ["<pre><code>", "<answer>", "Answer: ", "Here is it, in Rust: "])
@pytest.mark.parametrize(
    "item",
    ["use std::fmt;\n\n", "#[derive(Clone)]\nstruct S;\n", "fn go() -> i32 {\n    1\n}\n"],
)
def test_the_first_item_may_follow_words_or_tags_on_their_line(lead: str, item: str) -> None:
    assert (extract(TASK, f"{lead}{item}{RIGHT}").source or "").startswith(item.rstrip())


@pytest.mark.parametrize("line", ["// note: use m;", "let g: fn(i32) -> i32 = twice;"])
def test_words_with_a_colon_in_code_stay_on_their_line(line: str) -> None:
    assert line in (extract(TASK, f"    {line}\n{BODY}").source or "")
    assert line in (extract(TASK, RIGHT.replace("    let", f"    {line}\n    let")).source or "")
