"""Reader of zstd files. The package zstandard is optional."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, cast

from evalpkg.errors import EnvironmentUnfitError

_PIECE = 1024
"""Packed bytes that are unpacked at once: to 32 MiB at most, by zstd's highest ratio."""


def is_zstd(content: bytes) -> bool:
    """Tell whether bytes begin with a frame of zstd, or one to be skipped, as pzstd writes."""
    frame, skipped = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
    return content.startswith(frame) or (content[1:4] == skipped and content[0] >> 4 == 5)


def open_zstd(path: Path, raw: BinaryIO) -> BinaryIO:
    """Return a stream that decompresses ``raw``, all frames of it.

    Reading from it raises OSError if the bytes are damaged, and EOFError if they are cut off.

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
    return cast(BinaryIO, io.BufferedReader(_Unpacked(zstandard, raw)))


class _Unpacked(io.RawIOBase):
    """The unpacked bytes. zstandard's own reader ends without an error where a frame is cut off."""

    def __init__(self, zstandard: Any, raw: BinaryIO) -> None:
        self._zstandard = zstandard
        self._raw = raw
        self._frame: Any = None
        self._packed = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._ready:
            if not self._packed:
                self._packed = self._raw.read(_PIECE)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("it is cut off")
                return 0
            self._unpack()
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _unpack(self) -> None:
        if self._frame is None:
            self._frame = self._zstandard.ZstdDecompressor().decompressobj()
        try:
            self._ready = self._frame.decompress(self._packed)
        except self._zstandard.ZstdError as error:
            raise OSError(f"it is damaged ({error})") from error
        self._packed = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = None

    def close(self) -> None:
        self._raw.close()
        super().close()
