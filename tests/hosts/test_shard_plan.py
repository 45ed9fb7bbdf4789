from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hosts.conftest import load_plugin

shards = load_plugin("filter/shards.py")
plan_shards, shards_of = shards.plan_shards, shards.shards_of

HOSTS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)


def test_first_plan_gives_each_host_its_own_shards() -> None:
    plan = plan_shards({}, ["a", "b"], [], 2)
    assert plan["count"] == 4
    assert [len(shards_of(plan, host, [])) for host in ("a", "b")] == [2, 2]


def test_shards_of_a_host_that_is_gone_go_to_the_others() -> None:
    plan = plan_shards({}, ["a", "b", "c"], [])
    again = plan_shards(plan, ["a", "c"], ["0/3"])
    assert again["count"] == 3
    assert again["hosts"] == {"0": "a", "1": "a", "2": "c"}
    assert shards_of(again, "a", ["0/3"]) == ["1/3"]


def test_a_finished_shard_keeps_the_name_of_the_host_that_made_it() -> None:
    plan = plan_shards({}, ["a", "b"], [])
    assert plan_shards(plan, ["a"], ["1/2"])["hosts"]["1"] == "b"


def test_nothing_moves_while_all_hosts_are_there() -> None:
    plan = plan_shards({}, ["a", "b"], [])
    assert plan_shards(plan, ["b", "a"], ["0/2"]) == plan


def test_a_run_for_a_cluster_is_one_shard_however_many_hosts_there_are() -> None:
    plan = plan_shards({}, ["a", "b", "c"], [], 2, 1)
    assert plan == {"count": 1, "hosts": {"0": "a"}}
    assert plan_shards(plan, ["c", "a"], [], 2, 1) == plan
    assert plan_shards(plan, ["b", "c"], [], 2, 1)["hosts"] == {"0": "b"}


@given(first=HOSTS, later=HOSTS, data=st.data())
def test_every_open_shard_has_exactly_one_living_host(
    first: list[str], later: list[str], data: st.DataObject
) -> None:
    plan = plan_shards({}, first, [], data.draw(st.integers(1, 3)))
    everything = [f"{index}/{plan['count']}" for index in range(plan["count"])]
    done = data.draw(st.lists(st.sampled_from(everything), unique=True))
    again = plan_shards(plan, later, done)
    dealt = [shard for host in later for shard in shards_of(again, host, done)]
    assert sorted(dealt) == sorted(set(everything) - set(done))


def said(run: str, *shards: str) -> str:
    return json.dumps({"run": run, "shards": shards})


@pytest.mark.parametrize(
    ("answers", "plan"),
    [
        ({"a": "", "b": "no json", "c": "[]"}, {}),
        ({"a": said("mine", "0/2"), "b": said("mine", "1/2")}, {"0": "a", "1": "b"}),
        ({"a": said("other", "0/2"), "b": said("mine", "1/2"), "c": said("mine")}, {"1": "b"}),
        ({"a": said("mine", "0/3", "2/3"), "b": said("mine", "0/1")}, {"0": "a", "2": "a"}),
    ],
)
def test_a_controller_without_a_plan_takes_over_that_of_the_hosts(
    answers: dict[str, str], plan: dict[str, str]
) -> None:
    told = shards.told_plan(answers, "mine")
    assert told.get("hosts", {}) == plan
    # A host that is missing now does not change how the run is divided.
    if plan:
        again = plan_shards(told, ["b"], [])
        assert again["count"] == told["count"]
        assert set(again["hosts"].values()) == {"b"}
