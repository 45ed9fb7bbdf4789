"""A command is about the hosts that the user means, and keeps what later commands need."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("ansible_runner", reason="the extra `fleet` brings it")

from evalpkg.cli import fleet_play
from evalpkg.cli.fleet import command
from evalpkg.errors import ConfigError
from evalpkg.fleet import rent, supervise
from evalpkg.fleet.desk import Choice, Desk
from evalpkg.fleet.events import Event, EventLog
from evalpkg.fleet.inventory import Inventory, choose_inventory
from evalpkg.fleet.limits import Limits
from evalpkg.fleet.supervise import KEPT_RUNS, WatchOutcome, run_folder
from tests.standins.lambda_cloud import TYPE, LambdaStandIn, Rented

CLOUD = "plugin: lambda_cloud\n"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaStandIn]:
    """An account with a host that works, one that is unhealthy, and one of somebody else."""
    made = LambdaStandIn(now=lambda: 1_790_003_600.0, strict=False)
    for number, (fleet, fate) in enumerate([("mine", "ok"), ("mine", "unhealthy"), ("own", "ok")]):
        tags = {"fleet": fleet, "slot": str(number), "launched": "2026-09-21T14:13:20Z"}
        request = {
            "name": f"{fleet}-{number}",
            "region_name": "us-east-1",
            "instance_type_name": TYPE,
            "ssh_key_names": ["laptop"],
            "tags": [{"key": f"evalpkg-{key}", "value": value} for key, value in tags.items()],
        }
        made.rented.append(Rented(f"i{number}", request, 0.0, f"192.0.2.{number}", fate))
    monkeypatch.setenv("LAMBDA_API_KEY", "key")
    with made.server() as server:
        monkeypatch.setenv("LAMBDA_API_ENDPOINT", server.url)
        yield made


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after the hosts were launched."""
    monkeypatch.setattr("time.time", lambda: 1_790_003_600.0)


@pytest.mark.parametrize(
    "text",
    [CLOUD, "plugin: 'lambda_cloud'  # ours\n", '---\n{"plugin": "lambda_cloud"}\n'],
)
def test_rented_hosts_are_recognised_however_the_file_is_written(text: str, tmp_path: Path) -> None:
    (tmp_path / "ours.yml").write_text(text)
    assert choose_inventory(str(tmp_path / "ours.yml"), tmp_path).cloud


@pytest.mark.parametrize(("name", "wanted"), [("", "team"), ("other", "other")])
def test_one_name_chooses_the_hosts_and_those_that_are_terminated(
    name: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALPKG_FLEET", "team")
    desk = Desk(Choice(name=name), print)
    assert desk.environment(Inventory("x.yml", cloud=True))["EVALPKG_FLEET"] == wanted
    assert desk.name == wanted


def test_an_inventory_of_another_fleet_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ours.yml"
    file.write_text(CLOUD + "fleet: team\n")
    with pytest.raises(ConfigError, match="the fleet team, but this command is about eval-"):
        Desk(Choice(inventory=str(file)), print).inventory()
    assert Desk(Choice(inventory=str(file), name="team"), print).inventory().fleet == "team"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed here")
def test_the_key_of_a_host_that_is_gone_is_forgotten_for_the_next_at_its_address(
    account: LambdaStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / ".cache/known_hosts"
    known.parent.mkdir()
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    known.write_text(f"192.0.2.0 {key}\n192.0.2.2 {key}\n")
    monkeypatch.setattr("time.sleep", lambda _: None)
    rent.give_back(Desk(Choice(name="mine"), print, tmp_path), lambda _: True)
    assert [one.request["name"] for one in account.alive] == ["own-2"]
    assert known.read_text() == f"192.0.2.2 {key}\n"


def test_an_upgrade_of_evalpkg_finds_the_hosts_that_were_rented_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path))
    old, new = (Desk(Choice(), print, tmp_path / "fleet" / name) for name in ("1.0-aa", "1.1-bb"))
    assert (old.name, old.journal, old.settings) == (new.name, new.journal, new.settings)
    checkouts = {Desk(Choice(), print, tmp_path / name).name for name in ("a", "b")}
    assert len(checkouts) == 2


def test_nothing_is_rented_that_later_commands_would_not_find(
    account: LambdaStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lambda_hosts").write_text("[lambda]\ngpu-1\n")
    error = CliRunner().invoke(command, ["up", "--type", TYPE, "--yes"]).exception
    assert isinstance(error, ConfigError)
    assert f"would use the hosts of {tmp_path}/lambda_hosts" in str(error)
    assert not any(line.endswith("/launch") for line in account.log)


@pytest.mark.usefixtures("now")
def test_nothing_is_added_to_a_fleet_that_has_cost_its_limit(
    account: LambdaStandIn, tmp_path: Path
) -> None:
    desk = Desk(Choice(name="mine"), print, tmp_path)
    with pytest.raises(ConfigError, match=r"limit of 3\.00 dollars is reached \(6\.58 so far\)"):
        rent.rent(desk, TYPE, 4, "", "", (), Limits(cost=3.0), None, lambda _: True)
    assert not any(line.endswith("/launch") for line in account.log)
    assert desk.kept_limits() == Limits()


def run_until_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch, limits: Limits) -> list[Any]:
    meters: list[Any] = []

    def interrupt(play: Any, log: Any, screen: Any, meter: Any, *_: Any) -> WatchOutcome:
        meters.append(meter)
        raise KeyboardInterrupt

    monkeypatch.setattr(supervise, "supervise", interrupt)
    monkeypatch.setattr(Desk, "prices", lambda desk, inventory: {"mine-0": 3.29})
    fleet_play.watched(desk, Inventory("x.yml", cloud=True), limits, "run")
    return meters


@pytest.mark.usefixtures("now", "account")
def test_a_host_that_takes_no_part_is_named_and_its_cost_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    desk = Desk(Choice(name="mine"), said.append, tmp_path)
    (meter,) = run_until_interrupted(desk, monkeypatch, Limits())
    assert said == ["mine-1 (i1) is unhealthy and takes no part, but costs money."]
    assert meter.cost(1_790_003_600.0) == pytest.approx(2 * 3.29)


@pytest.mark.usefixtures("now", "account")
def test_watch_has_the_limits_that_run_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(Choice(name="mine"), print, tmp_path)
    run_until_interrupted(desk, monkeypatch, Limits(cost=20.0))
    assert desk.kept_limits() == Limits(cost=20.0)


def test_hosts_without_a_price_are_named_where_there_is_a_limit_of_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    outcome = WatchOutcome(0, "", "", ())
    monkeypatch.setattr(supervise, "supervise", lambda *_: outcome)
    monkeypatch.setattr(Desk, "prices", lambda desk, inventory: {"gpu-1": 3.29, "gpu-2": 0.0})
    desk = Desk(Choice(), print, tmp_path)
    fleet_play.watched(desk, Inventory("hosts", cloud=False), Limits(cost=20.0), "run")
    assert "--max-cost does not count gpu-2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("", ""),
        ("gpu-1", "localhost,gpu-1"),
        ("localhost,gpu-1", "localhost,gpu-1"),
        ("!gpu-3", "localhost,all,!gpu-3"),
        ("lambda:!gpu-3", "localhost,lambda:!gpu-3"),
    ],
)
def test_a_limit_takes_the_controller_in(given: str, wanted: str) -> None:
    assert fleet_play._with_controller(given) == wanted


def test_a_limit_that_leaves_the_controller_out_is_refused() -> None:
    with pytest.raises(ConfigError, match="leaves out localhost"):
        fleet_play._with_controller("lambda:&fast")


def test_the_events_of_a_command_at_work_outlive_any_number_of_others(tmp_path: Path) -> None:
    runs = tmp_path / ".cache/runs"
    working = runs / "fleet-20200101-000000-run/artifacts"
    log = EventLog(working, half_bytes=1)
    for number in range(KEPT_RUNS + 5):
        (runs / f"fleet-20210101-0000{number:02}-status/artifacts").mkdir(parents=True)
    run_folder(tmp_path, "status")
    log.write(Event("playbook_on_start", ""), 0.0)  # begins a new file
    assert (working / "events.older.jsonl").exists()
    log.close()
    run_folder(tmp_path, "status")
    assert len(list(runs.glob("fleet-*"))) == KEPT_RUNS
