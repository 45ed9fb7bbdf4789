from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.conftest import PROJECT, ansible_program, load_plugin
from tests.standins.lambda_cloud import JUPYTER_SECRET, TYPE, LambdaStandIn, Rented

pytest.importorskip("ansible", reason="`make molecule-lint` brings it")
KEY = "canary-of-the-key-31c0"


@pytest.fixture
def account() -> LambdaStandIn:
    made = LambdaStandIn(key=KEY, now=lambda: 1_000.0, strict=False)
    names = [("mine-0", "mine", "ok"), ("mine-1", "mine", "unhealthy"), ("other-0", "other", "ok")]
    names.append(("mine-2", "mine", "no-ip"))
    for number, (name, fleet, fate) in enumerate(names):
        request = {
            "name": name,
            "region_name": "us-east-1",
            "instance_type_name": TYPE,
            "ssh_key_names": ["laptop"],
            "tags": [
                {"key": "evalpkg-fleet", "value": fleet},
                {"key": "evalpkg-launched", "value": "2026-09-21T14:13:20Z"},
            ],
        }
        made.rented.append(Rented(f"i{number:04}", request, 0.0, f"192.0.2.{number + 1}", fate))
    return made


@pytest.fixture
def endpoint(account: LambdaStandIn) -> Iterator[str]:
    with account.server() as server:
        yield server.url


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The plugin's pauses between requests, none of which is waited for."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


def listed(endpoint: str, **variables: str) -> tuple[dict[str, Any], str]:
    command = [ansible_program("ansible-inventory"), "-i", "inventory/lambda_cloud.yml", "--list"]
    environment = os.environ | {"LAMBDA_API_ENDPOINT": endpoint, **variables}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout or "{}"), done.stdout + done.stderr


def test_active_hosts_of_a_fleet_with_address_groups_and_price(
    account: LambdaStandIn, endpoint: str, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    account.throttled = 1
    cache = {
        "ANSIBLE_INVENTORY_CACHE": "true",
        "ANSIBLE_INVENTORY_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(tmp_path / "cache"),
    }
    asked = {"LAMBDA_API_KEY_FILE": str(key), "EVALPKG_FLEET": "mine", **cache}
    found, said = listed(endpoint, **asked)
    assert found[f"lambda_type_{TYPE}"]["hosts"] == ["mine-0"]
    assert found["lambda_region_us_east_1"]["hosts"] == ["mine-0"]
    variables = found["_meta"]["hostvars"]["mine-0"]
    assert variables["ansible_host"] in ("192.0.2.1", {"__ansible_unsafe": "192.0.2.1"})
    assert variables["evaluation_price_per_hour"] == 3.29
    assert variables["evaluation_rented_since"] == 1_790_000_000
    kept = "".join(file.read_text() for file in (tmp_path / "cache").iterdir())
    for secret in (KEY, JUPYTER_SECRET):
        assert secret not in said
        assert secret not in kept
    requests = len(account.log)
    assert listed(endpoint, **asked)[0] == found
    assert len(account.log) == requests


@pytest.mark.parametrize("trouble", ["throttled", "refused"])
def test_429_and_5xx_are_asked_again_after_longer_and_longer_pauses(
    account: LambdaStandIn, endpoint: str, pauses: list[float], trouble: str
) -> None:
    plugin = load_plugin("inventory/lambda_cloud.py")
    setattr(account, trouble, plugin.TRIES - 1)
    assert len(plugin.ask(endpoint, KEY)) == 4
    assert len(account.log) == plugin.TRIES
    assert pauses == sorted(pauses)
    assert min(pauses) >= 2
    assert max(pauses) <= 30


@pytest.mark.parametrize("trouble", ["throttled", "refused"])
def test_429_and_5xx_without_end_are_named(
    account: LambdaStandIn, endpoint: str, pauses: list[float], trouble: str
) -> None:
    plugin = load_plugin("inventory/lambda_cloud.py")
    setattr(account, trouble, 10_000)
    with pytest.raises(plugin.AnsibleParserError, match="did not answer 8 requests"):
        plugin.ask(endpoint, KEY)
    assert len(account.log) == plugin.TRIES
    assert len(pauses) == plugin.TRIES - 1


def test_a_refusal_for_good_is_not_asked_again(
    account: LambdaStandIn, endpoint: str, pauses: list[float]
) -> None:
    plugin = load_plugin("inventory/lambda_cloud.py")
    with pytest.raises(plugin.AnsibleParserError, match="answered 401"):
        plugin.ask(endpoint, "wrong-key-123456")
    assert len(account.log) == 1
    assert pauses == []


def test_a_wrong_key_is_said_and_not_shown(endpoint: str) -> None:
    _, said = listed(endpoint, LAMBDA_API_KEY="wrong-key-123456")
    assert "Is the key right?" in said
    assert "wrong-key-123456" not in said


def test_a_key_that_is_still_encrypted_is_refused_at_once(
    account: LambdaStandIn, endpoint: str, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("$ANSIBLE_VAULT;1.1;AES256\n3361\n")
    _, said = listed(endpoint, LAMBDA_API_KEY_FILE=str(key))
    assert "ansible-vault view" in said
    assert account.log == []


def test_tags_and_name_choose() -> None:
    plugin = load_plugin("inventory/lambda_cloud.py")
    hosts = [
        plugin.plain({"id": "a", "name": "eval-1", "ip": "192.0.2.1", "status": "active"}),
        plugin.plain({"id": "b", "name": "web-1", "ip": "192.0.2.2", "status": "active"}),
    ]
    assert [one["id"] for one in plugin.wanted(hosts, {}, "^eval-")] == ["a"]
    assert plugin.wanted(hosts, {"team": "x"}, "") == []
    assert plugin.launched({"evalpkg-launched": "yesterday"}) == plugin.launched({}) == 0
