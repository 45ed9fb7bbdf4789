"""Reads the unpacked bytes of a samples file."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.zstd import open_zstd

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
STANDARD_INPUT = Path("-")
LARGEST = 4 << 30
"""Most bytes that a packed file may unpack to."""


def content_of(path: Path) -> bytes:
    """Return the content of ``path``, or of standard input for ``-``, unpacked.

    gzip, zstd and a byte order mark are removed.

    Raises:
        DataError: if it cannot be read or unpacked.
        EnvironmentUnfitError: if it is packed with zstd, and zstandard is not installed.
    """
    content = b""
    try:
        content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
        if content.startswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                content = _bounded(path, stream.read(LARGEST + 1))
        elif content.startswith(ZSTD):
            with open_zstd(path, io.BytesIO(content)) as packed:
                content = _bounded(path, packed.read(LARGEST + 1))
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        packed_by = {GZIP: "gzip", ZSTD: "zstd"}
        kind = next((name for mark, name in packed_by.items() if content.startswith(mark)), "")
        cure = f"Copy it again, or unpack it by hand: {kind} -d." if kind else ""
        raise DataError(f"{path} cannot be read: {said}", cure) from error
    return content.removeprefix(b"\xef\xbb\xbf")


def _bounded(path: Path, content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise DataError(f"{path} unpacks to more than {LARGEST >> 30} GiB", "Split the file.")
    return content
