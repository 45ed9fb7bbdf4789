"""The verdict cache saves time and is never in the way."""

import logging
import random
import sqlite3
import threading
from pathlib import Path

import pytest

from evalpkg.models import Verdict, VerdictKind
from evalpkg.scoring.cache import SCHEMA_VERSION, VerdictCache

PASSED = Verdict(VerdictKind.PASSED, True, None, "", "digest")


def kept(path: Path) -> Verdict | None:
    """Put verdicts into a new cache, and return the verdicts that it gives back."""
    cache = VerdictCache(path)
    cache.put([(b"key", PASSED)])
    found = cache.get(b"key")
    cache.close()
    return found


def test_a_verdict_is_found_by_a_later_cache(tmp_path: Path) -> None:
    assert kept(tmp_path / "v.sqlite") == PASSED
    later = VerdictCache(tmp_path / "v.sqlite")
    assert later.get(b"key") == PASSED
    assert later.get(b"other") is None


def test_an_infrastructure_error_is_never_kept(tmp_path: Path) -> None:
    cache = VerdictCache(tmp_path / "v.sqlite")
    cache.put([(b"key", Verdict(VerdictKind.INFRA_ERROR))])
    assert cache.get(b"key") is None


def test_a_cache_of_an_older_version_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE verdicts (key BLOB, kind TEXT)")
    assert kept(path) == PASSED


def _of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")


def _with_other_columns(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE verdicts (key BLOB, kind TEXT)")
        base.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


@pytest.mark.parametrize(
    "spoil",
    [
        _of_another_version,
        _with_other_columns,
        lambda path: path.write_bytes(b"no database at all" * 1000),
        lambda path: path.mkdir(),
    ],
    ids=["newer", "other columns", "damaged", "a folder"],
)
def test_a_file_that_cannot_be_used_is_a_miss_said_in_one_line(
    spoil: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(spoil)
    path = tmp_path / "v.sqlite"
    spoil(path)
    with caplog.at_level(logging.WARNING):
        assert kept(path) is None
    (line,) = caplog.messages
    assert str(path) in line
    assert "\n" not in line


def test_a_file_damaged_while_it_is_used_is_a_miss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "v.sqlite"
    cache = VerdictCache(path)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE verdicts")
    cache.put([(b"key", PASSED)])
    assert cache.get(b"key") is None
    assert len(caplog.messages) == 1


def test_a_locked_file_is_a_miss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalpkg.scoring.cache.PATIENCE_S", 0.01)
    path = tmp_path / "v.sqlite"
    VerdictCache(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert kept(path) is None
    assert len(caplog.messages) == 1
    holder.close()


def test_threads_share_it(tmp_path: Path) -> None:
    cache = VerdictCache(tmp_path / "v.sqlite")
    keys = [str(number).encode() for number in range(40)]
    threads = [threading.Thread(target=cache.put, args=([(key, PASSED)],)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.get(key) == PASSED for key in keys)


def test_a_file_with_damage_anywhere_is_a_miss_or_right(tmp_path: Path) -> None:
    draw = random.Random(7)
    cache = VerdictCache(tmp_path / "whole")
    keys = [bytes([number]) * 32 for number in range(60)]
    verdict = Verdict(VerdictKind.PASSED, True, None, "", "ab" * 32)
    cache.put((key, verdict) for key in keys)
    cache.close()
    whole = (tmp_path / "whole").read_bytes()
    for number in range(300):
        damaged = bytearray(whole)
        start = draw.randrange(len(whole))
        damaged[start : start + 400] = draw.randbytes(400) if number % 2 else b""
        file = tmp_path / f"damaged-{number}"
        file.write_bytes(damaged)
        cache = VerdictCache(file)
        found = [cache.get(key) for key in keys]
        cache.put([(b"new", verdict)])
        cache.close()
        assert {one.kind for one in found if one is not None} <= {VerdictKind.PASSED}


@pytest.mark.parametrize("kind", ["infra_error", "task_fault"])
def test_a_kept_verdict_that_says_nothing_about_a_program_is_a_miss(
    tmp_path: Path, kind: str
) -> None:
    VerdictCache(tmp_path / "cache").close()
    with sqlite3.connect(tmp_path / "cache") as base:
        base.execute("INSERT INTO verdicts VALUES (?, ?, NULL, NULL, '', 'ab')", (b"key", kind))
    cache = VerdictCache(tmp_path / "cache")
    assert cache.get(b"key") is None
    cache.close()


@pytest.mark.parametrize(
    "change", ["compile_ok = 0", "compile_ok = NULL", "kind = 'compile_error'"]
)
def test_a_row_that_contradicts_itself_is_a_miss(tmp_path: Path, change: str) -> None:
    path = tmp_path / "v.sqlite"
    assert kept(path) == PASSED
    with sqlite3.connect(path) as base:
        base.execute(f"UPDATE verdicts SET {change}")
    assert VerdictCache(path).get(b"key") is None
