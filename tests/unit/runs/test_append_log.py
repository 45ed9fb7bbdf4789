from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.store.log import AppendLog

RECORDS = [{"n": n, "text": text} for n, text in enumerate(["a", "ünï", "x\ny", "\ud800", "", "{"])]


def a_log(path: Path) -> AppendLog:
    return AppendLog(path, lambda record: record["n"])


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as log:
        log.append(RECORDS[:2])
        log.append(RECORDS[2:])
    assert list(a_log(tmp_path / "log").read()) == RECORDS


def test_a_log_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert list(a_log(tmp_path / "none").read()) == []


def test_of_equal_keys_the_first_counts(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as log:
        log.append([{"n": 1, "v": "first"}, {"n": 2, "v": "x"}, {"n": 1, "v": "second"}])
    assert list(log.read()) == [{"n": 1, "v": "first"}, {"n": 2, "v": "x"}]


def test_cut_at_every_byte_and_continued_every_key_is_there_once(tmp_path: Path) -> None:
    with a_log(tmp_path / "whole") as log:
        log.append(RECORDS)
    content = log.path.read_bytes()
    for offset in range(len(content) + 1):
        path = tmp_path / f"cut{offset}"
        path.write_bytes(content[:offset])
        with a_log(path) as cut:
            present = {record["n"] for record in cut.read()}
            cut.append(record for record in RECORDS if record["n"] not in present)
        assert path.read_bytes() == content
        assert list(cut.read()) == RECORDS


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_batches_cut_anywhere_any_number_of_times(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    text = st.text(max_size=8)
    wanted = [{"n": n, "text": data.draw(text)} for n in range(data.draw(st.integers(1, 12)))]
    while True:
        with a_log(path) as log:
            present = {record["n"] for record in log.read()}
            missing = [record for record in wanted if record["n"] not in present]
            if not missing:
                break
            log.append(missing[: data.draw(st.integers(1, 4))])
        if data.draw(st.booleans()):
            lost = data.draw(st.integers(0, min(12, path.stat().st_size)))
            os.truncate(path, path.stat().st_size - lost)
    assert sorted(log.read(), key=lambda record: record["n"]) == wanted


def test_a_damaged_line_before_the_last_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b'{"n":1}\n{"n":\n{"n":3}\n')
    with pytest.raises(DataError, match="line 2"):
        list(a_log(path).read())


def test_a_record_without_its_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b'{"m":1}\n')
    with pytest.raises(DataError, match="without a key"):
        list(a_log(path).read())


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as first:
        first.append(RECORDS[:1])
        with pytest.raises(EnvironmentUnfitError, match=f"pid {os.getpid()}"):
            a_log(tmp_path / "log").append(RECORDS[1:])
    with a_log(tmp_path / "log") as second:
        second.append(RECORDS[1:])
    assert list(second.read()) == RECORDS


def test_readers_need_no_lock(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as log:
        log.append(RECORDS)
        assert list(a_log(tmp_path / "log").read()) == RECORDS


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    log = a_log(tmp_path / "log")
    log.append(RECORDS[:1])
    parent, child = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        parent.close()
        child.send(b"I run")
        child.recv(1)  # returns when the parent has closed its end
        os._exit(0)
    child.close()
    parent.recv(5)
    try:
        log.close()
        with a_log(tmp_path / "log") as second:
            second.append(RECORDS[1:])
    finally:
        parent.close()
        os.waitpid(pid, 0)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentUnfitError, match="cannot write"):
        a_log(tmp_path / "file" / "log").append(RECORDS)


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    log = a_log(tmp_path / "log")
    log.append(RECORDS[:1])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.path.stat().st_size + 5, limits[1]))
        with pytest.raises(EnvironmentUnfitError, match="cannot write"):
            log.append(RECORDS[1:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    log.append(RECORDS[1:])
    assert list(log.read()) == RECORDS


WRITER = """
import sys
from pathlib import Path
from evalpkg.store.log import AppendLog
log = AppendLog(Path(sys.argv[1]), lambda record: record["n"])
have = sum(1 for _ in log.read())
for n in range(have, 10_000_000):
    log.append([{"n": n, "text": "x" * (n % 5000)}])
    print(n, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for acknowledgements in (1, 40, 7):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(acknowledgements):
                last = int(writer.stdout.readline())
            writer.kill()
        numbers = [record["n"] for record in a_log(path).read()]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > last


def _remove(log: Path) -> None:
    log.unlink()


def _move_the_folder(log: Path) -> None:
    log.parent.rename(log.parent.with_name("moved"))


def _replace_the_folder(log: Path) -> None:
    _move_the_folder(log)
    log.parent.mkdir()
    log.touch()


@pytest.mark.parametrize("change", [_remove, _move_the_folder, _replace_the_folder])
def test_nothing_is_written_to_a_log_that_is_no_longer_in_its_place(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "work/log"
    with a_log(path) as log:
        log.append(RECORDS[:1])
        change(path)
        with pytest.raises(EnvironmentUnfitError, match="was removed, moved or replaced"):
            log.append(RECORDS[1:])
    moved = tmp_path / "moved/log"
    assert not moved.exists() or list(a_log(moved).read()) == RECORDS[:1]


def test_a_file_system_that_becomes_read_only_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    with a_log(tmp_path / "log") as log:
        log.append(RECORDS[:1])
        for name in ("write", "ftruncate"):
            monkeypatch.setattr(os, name, refuse)
        with pytest.raises(EnvironmentUnfitError, match="log: Read-only file system"):
            log.append(RECORDS[1:])


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(EnvironmentUnfitError, match="cannot be locked: No locks available"):
        a_log(tmp_path / "log").open()
