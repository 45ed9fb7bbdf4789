"""Fewer workers where the machine is too small for all of them, and it is said."""

import logging
from pathlib import Path

import pytest

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.scoring import capacity
from evalpkg.scoring.capacity import OWN_MEMORY, OWN_PROCESSES, fitting_workers
from evalpkg.scoring.refusals import Refusals, own_groups
from evalpkg.scoring.scoring_settings import ScoringSettings

SETTINGS = ScoringSettings(workers=6, memory_mib=1024)
WORKER = 1024 + OWN_MEMORY


@pytest.fixture
def ample(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with enough of everything."""
    monkeypatch.setattr(capacity, "_memory_mib", lambda: (1 << 20, "of this machine"))
    monkeypatch.setattr(capacity, "_process_room", lambda: None)
    monkeypatch.setattr(capacity, "_user_room", lambda: None)
    monkeypatch.setattr(capacity, "_free", lambda: 1 << 40)
    return monkeypatch


def test_an_ample_machine_gets_what_was_asked(
    ample: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert fitting_workers(SETTINGS) == 6
    assert not caplog.messages
    assert not capacity.is_cramped(SETTINGS)


@pytest.mark.parametrize(
    ("name", "supply", "expected"),
    [
        ("_memory_mib", (OWN_MEMORY + 3 * WORKER, "limit of control group x"), 3),
        ("_memory_mib", (OWN_MEMORY + 3 * WORKER - 1, "limit of control group x"), 2),
        ("_process_room", 2 * (256 + OWN_PROCESSES), 2),
        ("_user_room", 2 * (256 + OWN_PROCESSES), 2),
        ("_free", 800 << 20, 5),
    ],
)
def test_workers_are_lowered_to_what_fits_and_it_is_said(
    ample: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    supply: object,
    expected: int,
) -> None:
    ample.setattr(capacity, name, lambda: supply)
    with caplog.at_level(logging.WARNING):
        assert fitting_workers(SETTINGS) == expected
    (line,) = caplog.messages
    assert line.startswith(f"{expected} of 6 workers")


def test_too_little_for_one_worker_is_said_and_one_works(
    ample: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ample.setattr(capacity, "_memory_mib", lambda: (1000, "limit of control group x"))
    assert fitting_workers(SETTINGS) == 1
    assert any("needs more is 'resource_limit'" in line for line in caplog.messages)
    assert capacity.is_cramped(SETTINGS)


@pytest.mark.parametrize(("name", "supply"), [("_process_room", 10), ("_free", 5 << 20)])
def test_no_room_for_any_program_is_an_error_with_a_cure(
    ample: pytest.MonkeyPatch, name: str, supply: int
) -> None:
    ample.setattr(capacity, name, lambda: supply)
    with pytest.raises(EnvironmentUnfitError) as caught:
        fitting_workers(SETTINGS)
    assert caught.value.cure


def _groups(tmp_path: Path, text: str, *folders: str) -> list[Path]:
    (tmp_path / "own").write_text(text, encoding="utf-8")
    for folder in folders:
        (tmp_path / "fs" / folder).mkdir(parents=True)
    found = own_groups("memory", tmp_path / "own", tmp_path / "fs")
    return [folder.relative_to(tmp_path / "fs") for folder in found]


def test_groups_of_version_2_are_found_up_to_the_root(tmp_path: Path) -> None:
    found = _groups(tmp_path, "0::/a/b\n", "a/b")
    assert found == [Path("a/b"), Path("a"), Path()]


def test_groups_of_version_1_are_those_of_the_controller(tmp_path: Path) -> None:
    text = "3:cpu,cpuacct:/c\n2:memory:/m\n"
    assert _groups(tmp_path, text, "memory/m", "cpu,cpuacct/c")[:2] == [
        Path("memory/m"),
        Path("memory"),
    ]


def test_a_container_that_sees_its_group_as_the_root_is_understood(tmp_path: Path) -> None:
    assert _groups(tmp_path, "0::/docker/0123\n", "") == [Path()]


def test_a_count_that_rose_is_a_refusal() -> None:
    assert not Refusals(3, 5).since(Refusals(3, 5))
    assert "memory" in Refusals(4, 5).since(Refusals(3, 5))
    assert "process" in Refusals(3, 6).since(Refusals(3, 5))


def test_the_counts_of_this_machine_can_be_read() -> None:
    assert not Refusals.now().since(Refusals.now())
