"""Joining a cluster that somebody else started; a stand-in takes the place of Ray."""

import os
import socket
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import GenerationSettings
from evalpkg.generation.pool import cluster


@pytest.fixture
def ray(monkeypatch):
    """Put the stand-in where Ray would be; it tells what it was asked to join."""
    stand_in: Any = ModuleType("ray")
    stand_in.exceptions = SimpleNamespace(RayError=OSError)
    stand_in.joined = []
    stand_in.init = lambda address, **_: stand_in.joined.append(address)
    monkeypatch.setitem(sys.modules, "ray", stand_in)
    monkeypatch.setattr(cluster, "find_spec", lambda _: True)
    monkeypatch.setattr(os, "environ", {"RAY_AUTH_TOKEN": "0" * 64})
    return stand_in


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def join(name):
    return cluster.connect(GenerationSettings(cluster=name))


def test_a_head_that_listens_is_joined_with_few_tries(ray, listener):
    assert join(listener) is ray
    assert join(f"ray://{listener}") is ray
    assert ray.joined == [listener, f"ray://{listener}"]
    assert int(os.environ["RAY_NUM_REDIS_GET_RETRIES"]) <= 3


def test_where_nothing_listens_is_told_before_ray_asks_again_and_again(ray):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    for name in (address, "auto"):
        os.environ["RAY_ADDRESS"] = address
        with pytest.raises(EnvironmentUnfitError, match=f"{address} cannot be joined: .*refused"):
            join(name)
    assert ray.joined == []


@pytest.mark.parametrize("address", [None, ""])
def test_auto_without_an_address_is_left_to_ray(ray, address):
    if address is not None:
        os.environ["RAY_ADDRESS"] = address
    assert join("auto") is ray
    assert ray.joined == ["auto"]
    assert "RAY_ADDRESS" not in os.environ


@pytest.mark.parametrize("name", ["nonsense", "10.0.0.1", "10.0.0.1:", ":6379", "a:b", "a:65536"])
@pytest.mark.parametrize("token", [True, False])
def test_what_is_no_address_is_refused_with_the_choices(ray, name, token):
    if not token:
        os.environ.clear()
    with pytest.raises(ConfigError) as caught:
        join(name)
    assert name in str(caught.value)
    assert "local, auto" in caught.value.cure
    assert ray.joined == []


def test_a_head_of_another_version_is_told_with_both_versions(ray, listener):
    def refuse(**_):
        raise RuntimeError(
            "Version mismatch: The cluster was started with:\n    Ray: 2.55.0\n"
            "    Python: 3.11.7\nThis process on node 127.0.0.1 was started with:\n"
            "    Ray: 2.60.0\n    Python: 3.12.1\n"
        )

    ray.init = refuse
    with pytest.raises(EnvironmentUnfitError, match=r"Ray: 2\.55\.0 .* Ray: 2\.60\.0") as caught:
        join(listener)
    assert "versions" in caught.value.cure


def test_a_cluster_without_a_token_is_not_joined(ray, listener):
    os.environ.clear()
    with pytest.raises(ConfigError, match="asks for a token"):
        join(listener)
    assert ray.joined == []
