"""Compute the address space that a shared library takes, from its headers."""

from __future__ import annotations

import struct
from pathlib import Path

_LOAD, _TLS = 1, 7
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
"""Fields: type, flags, offset, virtual and physical address, size in file and memory, alignment."""


def mapped_bytes(library: Path, threads: int) -> int:
    """Return the bytes that a library may take in a process with ``threads`` threads.

    That can be more than its file's size: zeroed statics are not in the file, and each thread that
    uses thread-locals has its own copy of them.

    Args:
        library: a 64-bit little-endian ELF file.
        threads: the most threads of the process.
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
