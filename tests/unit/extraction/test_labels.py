"""Words before a definition: those that call it wrong, and those that only speak of wrong ones."""

from __future__ import annotations

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

HEAD = "fn twice(n: i32) -> i32 {\n"
TASK = Task("t", HEAD, "twice", "mod tests { #[test] fn t() {} }")
RIGHT = f"```rust\n{HEAD}    n * 2\n}}\n```\n"
WRONG = f"```rust\n{HEAD}    n + 1\n}}\n```\n"
FORMS = ("{}\n\n", "**{}**\n\n", "### {}\n\n", "{}\n")
OF_WRONG_ONES = """
You shouldn't do it as follows:|You must not write:|Don\u2019t do it like this:|What not to do:
This won't compile:|This isn't right:|This is not correct:|Before the fix:|Without the check:
Current code:|The existing implementation:|The provided code was:|My first attempt was:
At first I tried:|I initially wrote:|The first draft:|Not recommended:|Counter-example:
A version with an off-by-one:|A version that overflows:|This misses the case of 0:|Rather than:
The inefficient version:|The erroneous version:|A tempting but wrong solution:|Legacy version:
Unlike this:|A mutated version that tests should catch:|The problem with your code is here:
"""
OF_ANSWERS = """
Oops, the code above is wrong:|Sorry, that was wrong:|I made a mistake above:|It no longer fails:
The bug is the operator. Use:|The earlier code has a bug; use this:|The above code fails for 0. So:
That version is buggy. Try:|That won't work for 0. Instead:|Use this instead of your code:
Your function should look like this:|Here is your function:|Your code, with the missing part:
Instead of looping, multiply:|We can't use the naive approach, so:|Here is a less naive version:
A faster version than before:|Modified version of the original:|Patch of the old code:
A version that never panics:
The version without the bug:|With that mistake removed:|This avoids the original problem:
This version keeps the original order:|This one handles the wrong input:
Here is a version that passes the failing test:|Here is the implementation of the given function:
It does not modify the original vector:|The error was a wrong operator:
Not bad, but this is shorter:
Here is the code for the original problem:|Here's the same code, without the mistake:
"""


def labels(lines: str) -> list[str]:
    """The labels in lines of them."""
    return [label for line in lines.split("\n") for label in line.split("|") if label]


@pytest.mark.parametrize("label", labels(OF_WRONG_ONES))
@pytest.mark.parametrize("form", FORMS)
def test_a_definition_that_is_called_wrong_is_not_the_answer(label: str, form: str) -> None:
    said = form.format(label)
    for answer in (f"Sure:\n\n{RIGHT}\n{said}{WRONG}", f"{said}{WRONG}\nSo:\n\n{RIGHT}"):
        source = extract(TASK, answer).source or ""
        assert "n * 2" in source
        assert "n + 1" not in source


@pytest.mark.parametrize("label", labels(OF_ANSWERS))
@pytest.mark.parametrize("form", FORMS)
def test_words_about_other_code_leave_the_answer_what_it_is(label: str, form: str) -> None:
    source = extract(TASK, f"I tried:\n\n{WRONG}\n{form.format(label)}{RIGHT}").source or ""
    assert "n * 2" in source
    assert "n + 1" not in source
