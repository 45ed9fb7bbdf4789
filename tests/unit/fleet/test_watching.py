from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evalpkg.cli import fleet_play
from evalpkg.fleet import rent
from evalpkg.fleet.board import Board
from evalpkg.fleet.events import Event, EventLog, parse_event
from evalpkg.fleet.inventory import Inventory
from evalpkg.fleet.limits import Limits, Meter
from evalpkg.fleet.play import CANCELLED, Play
from evalpkg.fleet.redact import Redactor, secrets_of
from evalpkg.fleet.screen import LiveScreen, PlainScreen
from evalpkg.fleet.supervise import WATCH_SKIPS, WatchOutcome, supervise
from evalpkg.fleet.timer import cloud_config

WORKING = {
    "state": "running",
    "phase": "scoring",
    "done": 40,
    "total": 100,
    "rate_per_s": 2.0,
    "eta_s": 3723,
    "rented_since": 6_400,
    "rent": 6.58,
    "shards_done": 0,
    "shards_total": 2,
    "verdicts": {"passed": 10, "compile_error": 30},
    "gpus": [{"use_percent": 93, "memory_used_mib": 61440, "memory_total_mib": 81920}],
}


RENT = Meter({"gpu-1": 3.29, "gpu-2": 3.29}, {"gpu-1": 10_000.0, "gpu-2": 6_400.0})
NOW = 13_600.0


def retry(host: str, status: dict[str, Any]) -> dict[str, Any]:
    """Return an event of ansible-runner about a host that still works."""
    res = {"stdout": json.dumps(status), "rc": 0, "changed": False}
    return {"event": "runner_retry", "event_data": {"host": host, "task": "Wait", "res": res}}


def board_of(*told: dict[str, Any]) -> Board:
    board = Board(RENT)
    for one in told:
        board.take(parse_event(one, Redactor([])))
    return board


def drawn(board: Board) -> str:
    file = io.StringIO()
    console = Console(file=file, width=150, force_terminal=True, color_system=None)
    screen = LiveScreen("fleet run", console)
    screen.close(board, NOW)
    return file.getvalue()


def test_a_row_says_phase_samples_rate_left_gpu_verdicts_rent_and_last_event() -> None:
    lines = drawn(board_of(retry("gpu-1", WORKING))).splitlines()
    row = [line for line in lines if "gpu-1" in line][-1]
    for cell in (
        "scoring",
        "40 of 100",
        "2.0/s",
        "1:02:03",
        "93 %, 60/80 GiB",
        "6.58",
        "shard 1 of 2",
    ):
        assert cell in row
    assert "compile_error 75%, passed 25%" in row
    foot = [line for line in lines if "2 hosts" in line][-1]
    assert "1 working" in foot
    assert "13.16" in foot


@pytest.mark.parametrize("state", ["running", "stopped", "finished", "failed"])
def test_the_rent_goes_on_from_the_launch_whether_or_not_the_host_works(state: str) -> None:
    status = WORKING | {"state": state, "rented_since": 12_000}
    row = board_of(retry("gpu-1", status)).rows["gpu-1"]
    # The launch, which the cloud told, was before the run.
    assert row.rent(NOW) == pytest.approx(3.29)
    assert row.rent(NOW + 3600) == pytest.approx(2 * 3.29)


def test_plain_lines_name_the_rent() -> None:
    stream = io.StringIO()
    PlainScreen(lambda: 0.0, stream).close(board_of(retry("gpu-1", WORKING)), NOW)
    host, total = stream.getvalue().splitlines()
    assert "  rent 6.58  " in host
    assert total.endswith("  rent 13.16")


def test_a_failed_host_is_named_with_its_reason_and_the_others_go_on() -> None:
    failed = {
        "event": "runner_on_unreachable",
        "event_data": {"host": "gpu-2", "task": "Wait", "res": {"msg": "No route to host"}},
    }
    board = board_of(retry("gpu-1", WORKING), failed)
    assert board.rows["gpu-2"].error == "No route to host"
    assert board.rows["gpu-1"].phase == "scoring"


def test_what_a_host_says_cannot_write_to_the_terminal() -> None:
    evil = WORKING | {"error": "\x1b]0;owned\x07 [red]markup[/red]"}
    said = drawn(board_of(retry("gpu-1", evil)))
    assert "\x1b]0" not in said
    stream = io.StringIO()
    screen = PlainScreen(lambda: 0.0, stream)
    screen.close(board_of(retry("gpu-1", evil)), 0.0)
    assert "\x1b" not in stream.getvalue()
    assert "[red]markup[/red]" in stream.getvalue()


def test_the_last_lines_of_a_run_are_kept() -> None:
    stats = {
        "event": "playbook_on_stats",
        "event_data": {"artifact_data": {"evaluation_summary": "Better by 3 points."}},
    }
    assert board_of(stats).summary == "Better by 3 points."


def test_the_log_of_events_is_bounded_and_holds_no_secret(tmp_path: Path) -> None:
    redactor = Redactor(["hf_canary_123", "short"])
    log = EventLog(tmp_path, half_bytes=20_000)
    for number in range(2_000):
        told = {
            "event": "runner_on_failed",
            "event_data": {
                "host": "gpu-1",
                "task": f"task {number}",
                "res": {"msg": "token hf_canary_123 refused", "stderr": "x" * 9_000},
            },
        }
        log.write(parse_event(told, redactor), float(number))
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["events.jsonl", "events.older.jsonl"]
    assert sum(file.stat().st_size for file in files) < 2 * 20_000 + 10_000
    assert all("canary" not in file.read_text() for file in files)


def test_a_host_that_is_asked_for_hours_is_logged_once_a_minute(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    for second in range(0, 600, 15):
        log.write(Event("runner_retry", "", host="gpu-1"), float(second))
    log.close()
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == 10


def test_secrets_are_found_by_the_names_of_their_variables_and_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    found = secrets_of(
        {
            "HF_TOKEN": "a-token",
            "LAMBDA_API_KEY_FILE": str(file),
            "HOME": "/home",
            "X_PASSWORD": "p",
        }
    )
    assert set(found) == {"a-token", "from-a-file", "p"}


@pytest.mark.parametrize(
    ("limits", "hours", "said"),
    [
        (Limits(cost=10.0), 1.0, ""),
        (Limits(cost=10.0), 2.0, "The limit of 10.00 dollars is reached (12.00 so far)."),
        (Limits(hours=3.0), 2.9, ""),
        (Limits(hours=3.0), 3.1, "The limit of 3 hours is reached."),
        (Limits(), 1e6, ""),
    ],
)
def test_limits_count_from_when_each_host_began_to_cost(
    limits: Limits, hours: float, said: str
) -> None:
    meter = Meter({"gpu-1": 4.0, "gpu-2": 2.0}, {"gpu-1": 0.0, "gpu-2": 0.0})
    assert limits.reached(meter, hours * 3600) == said


def test_the_timer_of_a_host_ends_where_the_first_limit_does() -> None:
    meter = Meter({"gpu-1": 4.0, "gpu-2": 2.0}, {"gpu-1": 0.0, "gpu-2": 3600.0})
    ends_at = Limits(cost=10.0).ends_at(meter)
    assert ends_at == pytest.approx(2 * 3600)
    assert meter.cost(2 * 3600) == pytest.approx(10.0)
    assert Limits(cost=10.0, hours=1.5).ends_at(meter) == pytest.approx(1.5 * 3600)
    assert Limits().ends_at(meter) is None


def test_cloud_init_is_given_a_timer_that_stops_and_powers_off() -> None:
    told = cloud_config(1_790_000_000)
    assert told.startswith("#cloud-config\n")
    config = json.loads(told.split("\n", 1)[1])
    service, timer = (file["content"] for file in config["write_files"])
    assert "poweroff" in service
    # A controller that is alive has half an hour to fetch the results.
    assert "OnCalendar=2026-09-21 14:13:20 UTC\nOnCalendar=2026-09-21 14:43:20 UTC\n" in timer
    assert "-lt 1790001800 ||" in service


def ten_dollars(folder: Path, say: Callable[[str], None], now: Callable[[], float]) -> WatchOutcome:
    """A run on two hosts that may cost ten dollars: 6,000 s of their rent."""
    return supervise(
        Play(folder, "site.yml", "hosts"),
        EventLog(folder / "log"),
        PlainScreen(lambda: 0.0, io.StringIO()),
        Meter({"gpu-1": 4.0, "gpu-2": 2.0}, {"gpu-1": 0.0, "gpu-2": 0.0}),
        Limits(cost=10.0),
        say,
        now,
    )


def test_at_a_limit_hosts_are_stopped_and_what_there_is_comes_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, str]] = []
    time = [0.0]

    def plays(play: Play, log: Any, now: Any, take: Any, tick: Any = None, stop: Any = None) -> int:
        begun.append((play.playbook, play.skip_tags))
        if stop is None:
            return 0
        while not stop():
            time[0] += 600
            tick()
        told = {"event": "error", "stdout": "[ERROR]: User interrupted execution"}
        take(parse_event(told, Redactor([])))
        return CANCELLED

    monkeypatch.setattr("evalpkg.fleet.supervise.run_play", plays)
    said: list[str] = []
    outcome = ten_dollars(tmp_path, said.append, lambda: time[0])
    assert begun == [("site.yml", ""), ("playbooks/stop.yml", ""), ("site.yml", WATCH_SKIPS)]
    assert time[0] == 6_000
    assert "The limit of 10.00 dollars is reached" in said[0]
    assert outcome.limit
    assert outcome.errors == ()


@pytest.mark.parametrize(("ended", "limit"), [(5_990.0, ""), (6_010.0, "The limit of 10.00")])
def test_a_run_that_the_hosts_own_timers_ended_has_reached_its_limit(
    ended: float, limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalpkg.fleet.supervise.run_play", lambda *_: 2)
    outcome = ten_dollars(tmp_path, lambda _: None, lambda: ended)
    assert outcome.status == 2
    assert outcome.limit.startswith(limit)
    assert bool(outcome.limit) is bool(limit)


@pytest.mark.parametrize(("cloud", "given_back"), [(True, 1), (False, 0)])
def test_at_a_limit_rented_hosts_are_given_back_and_own_ones_are_named(
    cloud: bool, given_back: int, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(rent, "give_back", lambda desk, confirm: calls.append(confirm("sure?")))
    outcome = WatchOutcome(2, "The limit of 3 hours is reached.", "1 of 2 shards.", ())
    desk: Any = "desk"
    status = fleet_play._end(desk, Inventory("hosts", cloud), outcome, "folder")
    assert status == 6
    assert calls == [True] * given_back
    assert ("STILL COST MONEY" in capsys.readouterr().out) is not cloud
