"""Reads the unpacked bytes of a samples file."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

from evalpkg.errors import DataError
from evalpkg.zstd import is_zstd, open_zstd

GZIP = b"\x1f\x8b"
STANDARD_INPUT = Path("-")
LARGEST = 4 << 30
"""Most bytes that a file may have, unpacked."""
_PART = 1 << 20


def content_of(path: Path) -> bytes:
    """Return the content of ``path``, or of standard input for ``-``, unpacked.

    gzip, zstd and a byte order mark are removed.

    Raises:
        DataError: if it cannot be read or unpacked.
        EnvironmentUnfitError: if it is packed with zstd, and zstandard is not installed.
    """
    content = b""
    try:
        if path == STANDARD_INPUT:
            content = _all_of(sys.stdin.buffer, path)
        else:
            with path.open("rb") as stream:
                content = _all_of(stream, path)
        if content.startswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                content = _all_of(stream, path)
        elif is_zstd(content):
            with open_zstd(path, io.BytesIO(content)) as packed:
                content = _all_of(packed, path)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        kind = "gzip" if content.startswith(GZIP) else "zstd" if is_zstd(content) else ""
        cure = f"Copy it again, or unpack it by hand: {kind} -d." if kind else ""
        raise DataError(f"{path} cannot be read: {said}", cure) from error
    return content.removeprefix(b"\xef\xbb\xbf")


def _all_of(stream: BinaryIO | gzip.GzipFile, path: Path) -> bytes:
    """Read to the end, by parts: one read of the most allowed would reserve all of it at once.

    Raises:
        DataError: if there is more; a device such as ``/dev/zero`` has no end.
    """
    content = io.BytesIO()
    while part := stream.read(_PART):
        if content.tell() + len(part) > LARGEST:
            raise DataError(f"{path} holds more than {LARGEST:,} bytes", "Split the file.")
        content.write(part)
    return content.getvalue()


def encoding_of(content: bytes) -> str:
    """Return the encoding by the mark at the beginning; some editors and shells write UTF-16."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if marked else "utf-8-sig"
