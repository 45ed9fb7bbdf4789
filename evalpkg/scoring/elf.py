"""How much address space a shared library takes: what its headers say, not the size of its file."""

from __future__ import annotations

import struct
from pathlib import Path

_LOAD, _TLS = 1, 7
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
"""Type, flags, offset, virtual and physical address, size in file and in memory, alignment."""


def mapped_bytes(library: Path) -> int:
    """Bytes of the segments that a 64-bit little-endian library has in memory when it is loaded.

    Zeroed statics are in no file; those of a thread are there once for each thread.
    """
    with library.open("rb") as file:
        head = file.read(64)
        (offset,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(offset)
        table = file.read(size * count)
    headers = (_PROGRAM_HEADER.unpack_from(table, number * size) for number in range(count))
    return sum(header[6] for header in headers if header[0] in (_LOAD, _TLS))
