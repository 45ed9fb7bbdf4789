"""The script that unpacks a shard on the controller. Its archive comes from a host."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.hosts.conftest import PROJECT

SCRIPT = PROJECT / "roles/evaluation/files/unpack.py"
NAME = "0-of-2"


def archive(folder: Path, *members: tarfile.TarInfo) -> Path:
    made = folder / f"{NAME}.tar.gz"
    with tarfile.open(made, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return made


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = 3 if kind == tarfile.REGTYPE else 0
    return info


def unpack(made: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(made), NAME]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_shard_takes_the_place_of_what_was_fetched_before(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "old").touch()
    inside = member(f"{NAME}/work", tarfile.DIRTYPE), member(f"{NAME}/work/verdicts.jsonl")
    assert unpack(archive(tmp_path, *inside)).returncode == 0
    found = sorted(str(file.relative_to(tmp_path / NAME)) for file in (tmp_path / NAME).rglob("*"))
    assert found == ["work", "work/verdicts.jsonl"]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "bad",
    [
        member(f"{NAME}/../../escaped"),
        member("/escaped"),
        member("another/file"),
        member(f"{NAME}/link", tarfile.SYMTYPE, "/etc"),
        member(f"{NAME}/link", tarfile.LNKTYPE, "/etc/passwd"),
        member(f"{NAME}/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda bad: f"{bad.name} {bad.type.decode()}",
)
def test_what_has_no_business_in_a_shard_is_refused_and_nothing_changes(
    tmp_path: Path, bad: tarfile.TarInfo
) -> None:
    folder = tmp_path / "shards"
    (folder / NAME).mkdir(parents=True)
    (folder / NAME / "old").touch()
    done = unpack(archive(folder, member(f"{NAME}/rows"), bad))
    assert done.returncode != 0
    assert "no business there" in done.stderr
    assert [file.name for file in (folder / NAME).iterdir()] == ["old"]
    assert sorted(file.name for file in folder.iterdir()) == [NAME, f"{NAME}.tar.gz"]
    assert [file.name for file in tmp_path.iterdir()] == ["shards"]


def test_an_archive_that_would_fill_the_disk_is_refused_before_it_does(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    huge = member(f"{NAME}/work/samples.jsonl")
    huge.size = 17 << 30
    made = tmp_path / f"{NAME}.tar.gz"
    with gzip.open(made, "wb") as out:  # the header alone: the size is refused before the content
        out.write(huge.tobuf())
    refused = unpack(made)
    assert refused.returncode == 1
    assert "unpacks to more than 16 GiB" in refused.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([NAME, made.name])
