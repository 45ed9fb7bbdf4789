"""Fetches a named set from its publisher once, and keeps it in the cache."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.digests import sha256_hex
from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.tasks.sets.named import GITHUB, NamedSet

DEFAULT_GITHUB = "https://raw.githubusercontent.com"
SECONDS = 30
TRIES = 4
MOST_BYTES = 64 << 20


def locate(named: NamedSet, files: Sequence[Path] = ()) -> Path:
    """Find the pinned file of a named set.

    It is looked for among ``files`` (by its sha256) and in the cache (``EVALPKG_CACHE``), and else
    fetched from ``EVALPKG_GITHUB_RAW``, by default GitHub's own address.

    Raises:
        EnvironmentUnfitError: if no copy is found and none can be fetched.
        DataError: if the fetched file is not the pinned one.
    """
    for file in files:
        if sha256_of(file) == named.sha256:
            return file
    cached = cache_root() / "datasets" / f"{named.sha256}.jsonl"
    if cached.is_file() and sha256_of(cached) == named.sha256:
        return cached
    content = _unpacked(_download(named))
    digest = sha256_hex(content)
    if digest != named.sha256:
        raise DataError(
            f"{address(named)} is not the pinned file of {named.name}: sha256 {digest[:12]}..., "
            f"expected {named.sha256[:12]}...",
            f"Unset {GITHUB} if it names a mirror, or give the right file with --dataset-file.",
        )
    _keep(content, cached)
    return cached


def address(named: NamedSet) -> str:
    """Return the URL of a named set's pinned revision."""
    base = os.environ.get(GITHUB, "").rstrip("/") or DEFAULT_GITHUB
    return f"{base}/{named.repository}/{named.revision}/{named.path}"


def sha256_of(path: Path) -> str:
    """Digest a JSON Lines file; a compressed file is digested by its content.

    Raises:
        DataError: if the file cannot be read.
    """
    try:
        return sha256_hex(_unpacked(path.read_bytes()))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"a compressed task set cannot be unpacked: {error}") from error


def _download(named: NamedSet) -> bytes:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    url = address(named)
    again = Retry(TRIES - 1, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504))
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=again))
            answer = session.get(url, timeout=SECONDS, stream=True)
            answer.raise_for_status()
            content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    except requests.RequestException as error:
        raise EnvironmentUnfitError(
            f"the task set {named.name} is not on this machine and cannot be fetched: {error}",
            f"Where there is a network, fetch {url}, copy it here and add --dataset-file FILE; "
            f"or set {GITHUB} to a mirror.",
        ) from error
    if len(content) > MOST_BYTES:
        raise DataError(f"{url} is larger than {MOST_BYTES >> 20} MiB: it cannot be a task set")
    return bytes(content)


def _keep(content: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).rename(path)
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {path.parent} cannot be written: {error.strerror}",
            "Set EVALPKG_CACHE to a folder that can be.",
        ) from error
