from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.errors import ConfigError
from evalpkg.models import Role
from evalpkg.store.shards import WHOLE, Shard, expected_keys, parse_shard, shard_of
from tests.unit.runs.result_records import ROLES, TASKS, a_task

roles = st.sampled_from(list(Role))


@given(task_id=st.text(), index=st.integers(0, 10**6), role=roles, shards=st.integers(1, 64))
def test_every_sample_belongs_to_exactly_one_shard(
    task_id: str, index: int, role: Role, shards: int
) -> None:
    owners = [n for n in range(shards) if Shard(n, shards).owns(role, task_id, index)]
    assert owners == [shard_of(task_id, index, role, shards)]


@given(task_id=st.text(), role=roles, shards=st.integers(1, 16), samples=st.integers(0, 100))
def test_no_shard_gets_much_more_of_a_task_than_another(
    task_id: str, role: Role, shards: int, samples: int
) -> None:
    counts = Counter(shard_of(task_id, index, role, shards) for index in range(samples))
    sizes = [counts[shard] for shard in range(shards)]
    assert max(sizes) - min(sizes) <= 1


def test_the_assignment_never_changes() -> None:
    """A host that was set up with an older release must agree with the others."""
    assert [shard_of("HumanEval/0", index, Role.BASE, 4) for index in range(5)] == [0, 1, 2, 3, 0]
    assert [shard_of("HumanEval/0", 0, role, 1000) for role in Role] == [564, 731]


def test_tasks_start_on_different_shards() -> None:
    starts = {shard_of(f"T/{n}", 0, Role.BASE, 4) for n in range(40)}
    assert starts == {0, 1, 2, 3}


def test_the_shards_of_a_run_make_the_run() -> None:
    whole = list(expected_keys(TASKS, ROLES, 5))
    parts = [key for n in range(3) for key in expected_keys(TASKS, ROLES, 5, Shard(n, 3))]
    assert sorted(parts) == sorted(whole)
    assert len(whole) == len(set(whole)) == 30


def test_the_order_of_tasks_does_not_choose_the_shard() -> None:
    one = set(expected_keys([a_task(1), a_task(2)], ROLES, 9, Shard(1, 4)))
    other = set(expected_keys([a_task(2), a_task(1)], ROLES, 9, Shard(1, 4)))
    assert one == other


@pytest.mark.parametrize("text", ["", "1", "4/4", "5/4", "-1/4", "0/0", "a/b", "1/4/2", "1 / 4"])
def test_what_is_no_shard_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_shard(text)
    assert "0/4" in caught.value.cure


def test_a_shard_is_written_as_it_is_read() -> None:
    assert parse_shard("1/4") == Shard(1, 4)
    assert str(parse_shard("1/4")) == "1/4"
    assert parse_shard(None) == WHOLE
