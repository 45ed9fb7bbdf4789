from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.conftest import load_plugin

pytest.importorskip("ansible", reason="`make molecule-lint` brings it")
plugin = load_plugin("filter/arguments.py")
TYPES = plugin.argument_types(str(Path(__file__).parents[2]))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("evaluation_price_per_hour", "cheap", "unable to convert to float"),
        ("pyenv_build_once", "perhaps", "unable to convert to bool"),
        ("evaluation_runner", "cron", "must be one of: auto, systemd, tmux, foreground"),
        ("pyenv_packages", {"gcc": 1}, "unable to convert to list"),
        ("sigilderg_packages", [{"name": "x"}], "missing required arguments"),
        ("evaluation_environment", '{"A": "b"}', "is text and not a dict"),
        ("pyenv_packages", "gcc,make", "is text and not a list"),
        ("evaluation_model_cache", None, "has no value"),
        ("evaluation_poll_seconds", "0", "must be more than 0"),
        ("evaluation_shards_per_host", -1, "must be more than 0"),
        ("evaluation_budget_hours", "inf", "and finite"),
        ("evaluation_price_per_hour", "-3.29", "must be 0 or more"),
        ("evaluation_dir", "/data/my runs", "an absolute path of letters"),
        ("evaluation_dir", "~/runs", "an absolute path of letters"),
        ("evaluation_model_cache", "/mnt/100%", "an absolute path of letters"),
        ("vllm_venv", "/opt/a:b", "an absolute path of letters"),
        ("rust_cargo_home", "/opt/rust\n", "an absolute path of letters"),
    ],
)
def test_a_value_of_a_wrong_type_is_named(name: str, value: object, said: str) -> None:
    (error,) = plugin.argument_errors({"evaluation_poll_seconds": 15, name: value}, TYPES)
    assert name.split("_")[0] in error
    assert said in error


def test_what_the_command_line_can_say_is_accepted() -> None:
    given = {"evaluation_price_per_hour": "3.29", "pyenv_build_once": "no", "pyenv_venv": "/x"}
    given |= {"evaluation_dir": "/home/b\u00f6@corp.example/a_b-1,2", "evaluation_model_cache": ""}
    assert plugin.argument_errors(given, TYPES) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("evaluation_budget_hour", "evaluation_budget_hours"),
        ("evaluation_price_per_hours", "evaluation_price_per_hour"),
        ("preflight_gpus", ""),
        ("evaluation_owner_of_this_card", ""),
    ],
)
def test_a_name_that_nothing_reads_is_told_from_one_of_the_users_own(name: str, meant: str) -> None:
    found = plugin.misspelled([name, "evaluation_dir"], TYPES, str(Path(__file__).parents[2]))
    assert found == ([f"{name} (is {meant} meant?)"] if meant else [])


def test_two_names_of_one_host_are_found() -> None:
    hosts = {
        "gpu-1": {"ansible_host": "192.0.2.11"},
        "gpu-2": {"ansible_host": "192.0.2.11", "ansible_port": 2222},
        "gpu-3": {"ansible_host": "192.0.2.11", "ansible_port": "22"},
        "here": {"ansible_host": "192.0.2.11", "ansible_connection": "local"},
    }
    said = plugin.shared_addresses(list(hosts), hosts)
    assert said == ["gpu-1 and gpu-3 are one: 192.0.2.11 port 22"]


def test_one_address_behind_two_jump_hosts_may_be_two_hosts() -> None:
    way = "ansible_ssh_common_args"
    hosts = {
        name: {"ansible_host": "10.0.0.5", way: f"-J {jump}"}
        for name, jump in {"gpu-1": "gate-1", "gpu-2": "gate-2", "gpu-3": "gate-1"}.items()
    }
    said = plugin.shared_addresses(list(hosts), hosts)
    assert said == ["gpu-1 and gpu-3 are one: 10.0.0.5 port 22"]


def test_secrets_are_not_looked_at() -> None:
    assert "evaluation_secrets" not in TYPES
    assert "evaluation_settings" in TYPES
