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
    ],
)
def test_a_value_of_a_wrong_type_is_named(name: str, value: object, said: str) -> None:
    (error,) = plugin.argument_errors({name: value, "evaluation_poll_seconds": 15}, TYPES)
    assert name.split("_")[0] in error
    assert said in error


def test_what_the_command_line_can_say_is_accepted() -> None:
    given = {"evaluation_price_per_hour": "3.29", "pyenv_build_once": "no", "pyenv_venv": "/x"}
    assert plugin.argument_errors(given, TYPES) == []


def test_secrets_are_not_looked_at() -> None:
    assert "evaluation_secrets" not in TYPES
    assert "evaluation_settings" in TYPES
