"""JSON of any depth: the standard library's meaning, without its limit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.scoring.deep_json import _Reader, loads

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES, st.sampled_from([None, 1]))
def test_it_reads_what_the_standard_library_reads(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert _Reader(text).read() == json.loads(text)


@given(VALUES, st.integers(min_value=0), st.characters())
def test_it_refuses_what_the_standard_library_refuses(value: object, at: int, mark: str) -> None:
    whole = json.dumps(value)
    text = whole[: at % (len(whole) + 1)] + mark
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - its kind is what is tested
            _Reader(text).read()
    else:
        assert _Reader(text).read() == expected


def test_a_hundred_thousand_levels_are_read() -> None:
    depth = 100_000
    value = loads('{"a":[' * depth + "1" + "]}" * depth)
    for _ in range(depth):
        value = value["a"][0]
    assert value == 1
