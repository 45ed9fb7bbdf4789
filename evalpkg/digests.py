"""sha256 of texts and files, in hex."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evalpkg.errors import COPY_AGAIN, DataError


def sha256_hex(data: bytes | str) -> str:
    """Compute the sha256 of bytes, or of a text's UTF-8 form.

    A lone surrogate, which UTF-8 lacks, counts as the three bytes of its code point.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return hashlib.sha256(raw).hexdigest()


def sha256_file(path: Path) -> str:
    """Compute the sha256 of a file's bytes.

    Raises:
        DataError: if the file cannot be read.
    """
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}", COPY_AGAIN) from error
