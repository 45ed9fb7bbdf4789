from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("ansible_runner", reason="the extra `fleet` brings it")

from evalpkg.cli.fleet import command
from evalpkg.cli.fleet_play import Printer, watched
from evalpkg.errors import ConfigError, ExitCode
from evalpkg.fleet import rent, supervise
from evalpkg.fleet.board import Board
from evalpkg.fleet.cloud.credentials import api_key
from evalpkg.fleet.desk import Choice, Desk
from evalpkg.fleet.events import parse_event
from evalpkg.fleet.inventory import Inventory
from evalpkg.fleet.limits import Limits, Meter
from evalpkg.fleet.redact import Redactor


def refusal(*arguments: str) -> ConfigError:
    """Give a command that must be refused, and return why."""
    error = CliRunner().invoke(command, arguments).exception
    assert isinstance(error, ConfigError)
    return error


@pytest.mark.parametrize(
    "option", [("--count", "3"), ("--region", "us-east-1"), ("--no-provision",)]
)
def test_what_is_about_renting_is_refused_where_nothing_is_rented(option: tuple[str, ...]) -> None:
    error = refusal("up", *option)
    assert option[0] in str(error)
    assert "--type" in str(error)


def test_down_ends_a_whole_fleet_and_never_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Any] = []
    monkeypatch.setenv("LAMBDA_API_KEY", "key")
    monkeypatch.setattr(rent, "give_back", lambda *told: ended.append(told))
    error = refusal("down", "--yes", "-i", "inventory/lambda_cloud.yml", "--limit", "eval-0")
    assert "--limit cannot be used" in str(error)
    assert ended == []


def test_files_are_found_from_the_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Desk(Choice(variables=("a=1", "@values.yml"), vault="password"), print)
    assert desk.arguments() == ("-e", "a=1", "-e", f"@{tmp_path}/values.yml")
    told = desk.environment(Inventory("hosts", cloud=False))
    assert told["ANSIBLE_VAULT_PASSWORD_FILE"] == f"{tmp_path}/password"


@pytest.mark.parametrize(("head", "kind"), [("ERROR! ", "verbose"), ("[ERROR]: ", "error")])
def test_an_error_of_ansible_itself_is_shown(head: str, kind: str, capsys: Any) -> None:
    said = f"{head}Attempting to decrypt but no vault secrets found."
    # An error of kind `error` comes within a play.
    data = {"play": "Ask the hosts"} if kind == "error" else {}
    event = parse_event({"event": kind, "stdout": said, "event_data": data}, Redactor([]))
    Printer().take(event)
    assert "no vault secrets found" in capsys.readouterr().err
    board = Board(Meter({"gpu-1": 0.0}, {"gpu-1": 0.0}))
    board.take(event)
    assert board.errors == [said]


@pytest.mark.parametrize(("hosts", "forks"), [(3, None), (80, "80")])
def test_every_host_of_a_run_is_watched_at_once(
    hosts: int, forks: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANSIBLE_FORKS", raising=False)
    play = Desk(Choice(), print).play("site.yml", Inventory("hosts", cloud=False), hosts)
    assert play.environment.get("ANSIBLE_FORKS") == forks


def test_a_key_that_is_still_encrypted_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAMBDA_API_KEY", raising=False)
    (tmp_path / "key").write_text("$ANSIBLE_VAULT;1.1;AES256\n3361\n")
    monkeypatch.setenv("LAMBDA_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ConfigError, match="still encrypted by ansible-vault"):
        api_key()


def test_an_interrupted_run_is_found_again_by_the_command_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def interrupt(*told: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(supervise, "supervise", interrupt)
    monkeypatch.setattr(Desk, "prices", lambda desk, inventory: {"gpu-1": 3.29, "gpu-2": 3.29})
    values = "evaluation_extra_settings={limit: 8}"
    desk = Desk(Choice(inventory="my hosts", variables=(values, "@more.yml")), print, tmp_path)
    status = watched(desk, Inventory("my hosts", cloud=False), Limits(), "run")
    assert status == ExitCode.INTERRUPTED
    said = capsys.readouterr().out
    assert "keep working and cost 6.58 an hour" in said
    assert f"evalpkg fleet watch -i 'my hosts' -e '{values}' -e @more.yml" in said
    assert "evalpkg fleet stop -i 'my hosts'" in said
