"""How much address space a shared library takes: what its headers say, not the size of its file."""

from __future__ import annotations

import struct
from pathlib import Path

_LOAD, _TLS = 1, 7
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
"""Type, flags, offset, virtual and physical address, size in file and in memory, alignment."""


def mapped_bytes(library: Path, threads: int) -> int:
    """Bytes that a 64-bit little-endian library may take in a process of so many threads.

    Zeroed statics are in no file; thread-locals are there once for each thread that touches any.
    """
    with library.open("rb") as file:
        head = file.read(64)
        (offset,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(offset)
        table = file.read(size * count)
    headers = (_PROGRAM_HEADER.unpack_from(table, number * size) for number in range(count))
    times = {_LOAD: 1, _TLS: threads}
    return sum(header[6] * times.get(header[0], 0) for header in headers)
