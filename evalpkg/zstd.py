"""Reader of zstd files. The package zstandard is optional."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

from evalpkg.errors import EnvironmentUnfitError


def open_zstd(path: Path, raw: BinaryIO) -> BinaryIO:
    """Return a stream that decompresses ``raw``, all frames of it.

    Args:
        path: the file's name, for the error.
        raw: the compressed stream.

    Raises:
        EnvironmentUnfitError: if zstandard is not installed.
    """
    try:
        import zstandard
    except ImportError as error:
        raise EnvironmentUnfitError(
            f"{path} is compressed with zstd, and zstandard is not installed",
            "Install it (pip install 'evalpkg[zstd]'), or unpack the file: zstd -d.",
        ) from error
    reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    return cast(BinaryIO, reader)
