"""What a fleet keeps in files: a damaged one is named, and never taken for an empty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.fleet.cloud.journal import Journal
from evalpkg.fleet.desk import Choice, Desk
from evalpkg.fleet.limits import Limits


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    pytest.importorskip("ansible_runner", reason="the extra `fleet` brings it")
    return Desk(Choice(name="mine"), print, project=tmp_path)


def test_open_requests_are_read_as_they_were_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "mine.json")
    assert journal.open_notes() == {}
    journal.note(3, 1_790_000_000.5)
    journal.note(1, 1_790_000_001.0)
    journal.settle({3})
    assert journal.open_notes() == {1: 1_790_000_001.0}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[1]", "null", '{"a": 1}', '{"1": null}', '{"1": [2]}', "\xff"]
)
def test_a_damaged_journal_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.json").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=r"mine\.json"):
        Journal(tmp_path / "mine.json").open_notes()


def test_a_journal_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Journal(tmp_path).open_notes()


@pytest.mark.parametrize("limits", [Limits(), Limits(50), Limits(None, 2.5), Limits(12.5, 8)])
def test_limits_are_read_as_they_were_given(desk: Desk, limits: Limits) -> None:
    assert desk.kept_limits() == Limits()
    desk.keep_limits(limits)
    assert desk.kept_limits() == limits


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "{}", '{"cost": 5}', '{"cost": 5, "hours": 1, "more": 1}'),
        *(f'{{"cost": {value}, "hours": null}}' for value in ('"5"', "true", "-1", "0", "NaN")),
        '{"cost": Infinity, "hours": null}',
    ],
)
def test_damaged_limits_are_named_and_not_dropped(desk: Desk, text: str) -> None:
    desk.keep_limits(Limits(5))
    desk.settings.write_text(text)
    with pytest.raises(DataError, match=r"mine\.limits\.json"):
        desk.kept_limits()
