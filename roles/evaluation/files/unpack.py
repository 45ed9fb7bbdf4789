"""unpack.py ARCHIVE NAME: the folder NAME of a .tar.gz, beside it, in place of what was there.

Runs on the controller, which may be a Mac, whose tar lacks what GNU's has. Only plain files and
folders below NAME are taken; anything else in the archive is refused, and then nothing is changed.
"""

import shutil
import sys
import tarfile
from pathlib import Path, PurePosixPath

LARGEST = 16 << 30
"""Most bytes that an archive may unpack to; 65,600 samples have less than 1 GiB."""


def main(archive: Path, name: str) -> None:
    """Unpack beside the target first, so that a half archive never takes its place."""
    fresh = archive.parent / f".{name}.fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    total = 0
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            total += member.size
            if total > LARGEST:
                shutil.rmtree(fresh)
                sys.exit(f"{archive} unpacks to more than {LARGEST >> 30} GiB, so it is no shard")
            parts = PurePosixPath(member.name).parts
            if (
                not parts
                or parts[0] != name
                or ".." in parts
                or not (member.isfile() or member.isdir())
            ):
                shutil.rmtree(fresh)
                sys.exit(f"{archive} holds {member.name!r}, which has no business there")
            target = fresh.joinpath(*parts)
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            with target.open("wb") as out:
                shutil.copyfileobj(source, out)
    shutil.rmtree(archive.parent / name, ignore_errors=True)
    (fresh / name).rename(archive.parent / name)
    fresh.rmdir()


main(Path(sys.argv[1]), sys.argv[2])
