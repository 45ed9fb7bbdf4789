"""Marks are found at brackets, where a search of the whole text finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.extraction import thoughts, turns
from evalpkg.extraction.marks import find_bracketed, find_marks

PATTERNS = {"turns": turns._MARK, "thoughts": thoughts._TAG}
PIECES = (
    *("<|im_start|>", "assistant", "\n", "<|im_end|>", "<|channel|>", "final", "<|message|>"),
    *("<|start|>", "<think>", "</think>", "[THINK]", "[/THINK]", "[INST]", "[/INST]", "]~b]ai\n"),
    *(
        "\u25c1think\u25b7",
        "\u25c1/think\u25b7",
        "<eom>",
        "[DONE]",
        "<|x|>",
        " ",
        "<",
        "[",
        "]",
        "`",
    ),
    *("Vec<i64>", "a[0] < b", '"', "<|end_of_thought|>", "<channel|>", "<extra_id_1>User\n", "x"),
)


@pytest.mark.parametrize("name", PATTERNS)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_looking_at_brackets_alone_finds_the_same_marks(name: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    pattern = PATTERNS[name]
    every = [(m.span(), m.groups()) for m in find_marks(text, pattern)]
    assert [(m.span(), m.groups()) for m in find_bracketed(text, pattern)] == every


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_every_mark_begins_with_a_bracket(name: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(PATTERNS[name]))
    for match in PATTERNS[name].finditer(text):
        assert match[0][0] in "<[]\u25c1"
