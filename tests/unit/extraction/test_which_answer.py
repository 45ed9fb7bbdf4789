"""The rule that chooses the definition, from docs/extraction.md, line by line."""

from __future__ import annotations

import json

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

PROMPT = "/// Adds.\nfn add(x: i32, y: i32) -> i32 {\n"
TASK = Task("t", PROMPT, "add", "")
HEAD = "fn add(x: i32, y: i32) -> i32 {\n"
RIGHT = f"{HEAD}    x + y\n}}"
WRONG = f"{HEAD}    x - y\n}}"


def fenced(code: str, language: str = "rust") -> str:
    return f"```{language}\n{code}\n```\n"


STUB = fenced(f"{HEAD}    todo!()\n}}")

RIGHT_IS_TAKEN = {
    "a later definition behind a body": f"    x + y\n}}\n\n{WRONG}\n",
    "the prompt repeated, and a later definition": f"{PROMPT}    x + y\n}}\n\n{WRONG}\n",
    "an elided one": fenced(RIGHT) + "Use:\n" + fenced(f"{HEAD}    // ... as above ...\n}}"),
    "a todo": fenced(RIGHT) + fenced(f"{HEAD}    todo!()\n}}"),
    "the original": fenced(RIGHT) + "What was wrong: the original\n\n" + fenced(WRONG),
    "the original first": "The original:\n" + fenced(WRONG) + "Fixed:\n" + fenced(RIGHT),
    "another language": fenced(RIGHT) + fenced(f"print('''\n{WRONG}\n''')", "python"),
    "a corrected one": fenced(WRONG) + "Better:\n" + fenced(RIGHT),
    "a draft in thoughts": f"<Reasoning>\n{fenced(WRONG)}</Reasoning>\n{RIGHT}\n",
    "a draft in brackets": f"[THINK]{fenced(WRONG)}[/THINK]{RIGHT}\n",
    "a draft whose tag stood in the prompt": f"{fenced(WRONG)}</thinking>\n{fenced(RIGHT)}",
    "an analysis channel": f"<|channel|>analysis<|message|>{WRONG}<|end|><|start|>assistant"
    f"<|channel|>final<|message|>{RIGHT}<|return|>",
    "a stub echoed": f"### Instruction:\n{STUB}### Response:\n{RIGHT}\n",
    "words on the line": f"Answer: {RIGHT}\n",
    "a tag on the line": f"<answer>{RIGHT}</answer>",
    "a page": f"<pre><code>{RIGHT.replace('>', '&gt;')}</code></pre>",
    "a quotation": "> " + fenced(RIGHT).replace("\n", "\n> "),
    "character data": f"<code><![CDATA[\n{RIGHT}\n]]></code>",
    "a stub, then the body": STUB + "becomes\n" + fenced("    x + y\n}"),
    "a stub, then the bare body": f"{STUB}\n    x + y\n}}\n",
    "words on the line above a body": "Here is the rest of the function:\n    x + y\n}\n",
    "a stub, words, then the bare body": f"{STUB}Its body is:\n\n    x + y\n}}\n",
    "a stub, then a function without its last brace": STUB + fenced(f"{HEAD}    x + y"),
    "a stub, then the same bare": f"{STUB}\n{HEAD}    x + y\n",
    "a placeholder": fenced(RIGHT) + fenced(f"{HEAD}    // TODO: implement\n    0\n}}"),
    "code from above": fenced(RIGHT) + fenced(f"{HEAD}    // (code from above)\n    0\n}}"),
    "a place to fill": fenced(RIGHT) + fenced(f"{HEAD}    // fill in the body\n    0\n}}"),
    "a panic that says so": fenced(RIGHT) + fenced(f'{HEAD}    panic!("TODO")\n}}'),
    "what not to write": fenced(RIGHT) + "Don't write it like this:\n" + fenced(WRONG),
    "what is wrong, so": fenced(WRONG) + "This is wrong, so we use\n" + fenced(RIGHT),
    "a diff in a block of Rust": fenced(f" {HEAD}-    x - y\n+    x + y\n }}"),
    "a diff by itself": f"--- a/a.rs\n+++ b/a.rs\n@@ -1,3 +1,3 @@\n"
    f" {HEAD}-    x - y\n+    x + y\n }}",
    "JSON": json.dumps({"why": "It adds.", "code": RIGHT}),
    "JSON, a string": json.dumps(RIGHT),
    "JSON in a block": fenced(json.dumps({"code": RIGHT}), "json"),
    "line ends escaped": RIGHT.replace("\n", "\\n"),
    "escapes by number": RIGHT.replace(">", "&#62;"),
    "a quotation in a quotation": "> > " + RIGHT.replace("\n", "\n> > "),
    "line numbers and tabs": "".join(
        f"{n}\t{line}\n" for n, line in enumerate(RIGHT.split("\n"), 1)
    ),
    "an arrow on the line": f"=> {RIGHT}",
    "a box of LaTeX": f"\\boxed{{{RIGHT}}}",
    "a space without width": f"\u200b{RIGHT}",
    "a question that the model asks itself": fenced(RIGHT) + f"\n\nHuman: another?\n\n{WRONG}",
    "another file": f"{RIGHT}\n<file_sep>src/b.rs\n{WRONG}",
}


LABELS_OF_WRONG_ONES = (
    *("Your code:", "The given function:", "The code from the question:", "Initial version:"),
    *("A flawed version:", "The failing version was:", "Starting point:", "The unfixed function:"),
)
LABELS_OF_ANSWERS = (
    *("Do this instead of the above:", "Unlike the original, this adds:"),
    *("To avoid the wrong sign, use:", "Now the fixed one:"),
)


@pytest.mark.parametrize("label", [*LABELS_OF_WRONG_ONES, *LABELS_OF_ANSWERS])
@pytest.mark.parametrize("shape", ["```rust\n{}\n```\n", "{}\n\n"])
def test_the_line_above_a_definition_tells_whether_it_is_the_answer(label: str, shape: str) -> None:
    codes = (WRONG, RIGHT) if label in LABELS_OF_ANSWERS else (RIGHT, WRONG)
    first, last = (shape.replace("{}", code) for code in codes)
    source = extract(TASK, f"{first}\n{label}\n\n{last}").source or ""
    assert "x + y" in source
    assert "x - y" not in source


@pytest.mark.parametrize("case", RIGHT_IS_TAKEN)
def test_the_right_one_is_taken(case: str) -> None:
    found = extract(TASK, RIGHT_IS_TAKEN[case])
    assert found.source is not None
    assert "x + y" in found.source
    assert "x - y" not in found.source


def test_a_body_is_judged_though_a_right_definition_follows() -> None:
    found = extract(TASK, f"    x - y\n}}\n\n{RIGHT}\n")
    assert found.source is not None
    assert found.source.strip() == f"{PROMPT}    x - y\n}}"


def test_a_prompt_with_fences_of_its_own_is_completed_alike() -> None:
    prompt = f"/// Adds.\n///\n/// ```\n/// assert_eq!(add(1, 2), 3);\n/// ```\n{HEAD}"
    found = extract(Task("t", prompt, "add", ""), f"{prompt}    x - y\n}}\n\n{RIGHT}\n")
    assert found.source is not None
    assert "x - y" in found.source
    assert "x + y" not in found.source


@pytest.mark.parametrize(
    "text",
    [
        f"#[cfg(test)]\nmod tests {{\n{RIGHT}\n#[test] fn t() {{ add(1, 2); }}\n}}\n",
        fenced(f"mod tests {{\n{RIGHT}\n}}"),
        fenced(f"#[test]\nfn adds() {{\n{RIGHT}\n    assert_eq!(add(1, 2), 3);\n}}"),
        f"<think>a</think> <think>\n{fenced(RIGHT)}",
        f"<thinking>{fenced(RIGHT)}",
        f"<|channel|>analysis<|message|>{fenced(RIGHT)}",
        f"Okay, I need to add. Wait, let me think. Hmm, I think\n{fenced(RIGHT)}But wait, if the",
    ],
)
def test_what_stands_only_in_tests_or_thoughts_is_no_answer(text: str) -> None:
    assert extract(TASK, text).source is None


def test_all_variants_under_cfg_stay() -> None:
    one, other = f"#[cfg(unix)]\n{RIGHT}\n", f"#[cfg(not(unix))]\n{WRONG}\n"
    for text in (fenced(one + other), f"{fenced(one)}and\n{fenced(other)}"):
        found = extract(TASK, text)
        assert found.source is not None
        assert found.source.count("#[cfg(") == found.source.count("fn add(") == 2


@pytest.mark.parametrize("mark", ["</think>", "<|im_end|>", "<thinking>"])
def test_a_mark_in_a_string_of_the_program_is_none(mark: str) -> None:
    code = f'{HEAD}    let _mark = "{mark}";\n    x + y\n}}'
    for text in (code, fenced(code), code.removeprefix(HEAD)):
        found = extract(TASK, text)
        assert found.source is not None
        assert mark in found.source
        assert "x + y" in found.source
