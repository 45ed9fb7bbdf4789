"""Model files: found in a local folder or fetched from the Hugging Face Hub, with their digests."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError, EvalError

_DIGESTED = ("*.safetensors", "*.bin", "*.json", "*.jinja", "*.model", "*.py")
_SAFE = "*.safetensors"
_PICKLED = ("pytorch_model*.bin",)
"""Weights that are fetched only if there are no others."""

WITHOUT_WEIGHTS = ("*.json", "*.jinja", "*.model", "*.txt", "*.py")
"""Patterns of the files that belong to a whole model, without the weights, which can take hours to
fetch."""

WHOLE_MODEL = (*WITHOUT_WEIGHTS, _SAFE)
"""The same with the weights."""

_READ = (*_DIGESTED, "*.txt")
"""Patterns of the files that are read, now or later. Optimizer states are not."""

_POINTER = b"version https://git-lfs"
_LARGEST_POINTER = 1024


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder with a model's or an adapter's files.

    Attributes:
        name: the name that the user gave.
        folder: the folder.
        revision: commit of the repository; for the embedded model its origin; empty for a local
            folder.
    """

    name: str
    folder: Path
    revision: str = ""

    def digests(self) -> dict[str, str]:
        """Map file names to sha256, for every file that can change the model's output."""
        paths = [path for path in _matching(self.folder, _DIGESTED) if path.is_file()]
        with ThreadPoolExecutor(max_workers=4) as pool:  # hashlib releases the interpreter lock
            return dict(zip((p.name for p in paths), pool.map(sha256_file, paths), strict=True))


def local_folder(name: str) -> Path | None:
    """Return the folder of that name on this machine, or None if there is none.

    Raises:
        DataError: if it holds a link that leads nowhere, a git-lfs pointer in place of a file never
            fetched, or something that this user may not read; it is named.
    """
    folder = path = Path(name)
    try:
        if not folder.is_dir():
            return None
        next(folder.iterdir(), None)  # glob passes over a folder that cannot be read
        for path in _matching(folder, _READ):
            if path.is_symlink() and not path.exists():
                raise DataError(
                    f"{path} is a link that leads nowhere",
                    "Copy the files themselves (cp -L), or fetch them again.",
                )
            if path.is_file():
                _refuse_pointer(path)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}",
            "Give this user the right to read the folder and all its files.",
        ) from error
    return folder


def _matching(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern)})


def _refuse_pointer(path: Path) -> None:
    with path.open("rb") as opened:
        if path.stat().st_size < _LARGEST_POINTER and opened.read(len(_POINTER)) == _POINTER:
            raise DataError(
                f"{path} is a git-lfs pointer: the file itself was never fetched",
                "Run `git lfs pull` in the checkout, or use `hf download`.",
            )


def fetch(name: str, revision: str, patterns: Sequence[str], subfolder: str = "") -> ModelFiles:
    """Fetch files of the Hub repository ``name``, or find them in the local cache.

    Args:
        name: ``owner/repository``.
        revision: branch, tag or commit; empty for the default branch.
        patterns: globs of the wanted files.
        subfolder: folder in the repository; the files in it are fetched and returned.

    Raises:
        ConfigError: if there is no such repository or revision.
        EnvironmentUnfitError: if access is refused or the Hub cannot be reached.
    """
    files = _snapshot(name, revision, patterns, subfolder)
    if _SAFE in patterns and not any(files.folder.glob(_SAFE)):
        files = _snapshot(name, revision, _PICKLED, subfolder)
    return files


def _snapshot(name: str, revision: str, patterns: Sequence[str], subfolder: str) -> ModelFiles:
    from huggingface_hub import snapshot_download

    prefix = f"{subfolder}/" if subfolder else ""
    try:
        snapshot = Path(
            snapshot_download(
                name,
                revision=revision or None,
                allow_patterns=[prefix + pattern for pattern in patterns],
                ignore_patterns=["original/*"],
            )
        )
    except Exception as error:
        raise _explained(error, name, revision) from error
    return ModelFiles(name, snapshot / subfolder, snapshot.name)


def _explained(error: Exception, name: str, revision: str) -> EvalError:
    from huggingface_hub import errors

    where = f"{name}@{revision}" if revision else name
    if isinstance(error, errors.GatedRepoError):
        return EnvironmentUnfitError(
            f"{name} is gated, and this machine's token has no access to it",
            f"Accept the terms at https://huggingface.co/{name}, then log in with `hf auth login` "
            "or set HF_TOKEN.",
        )
    if isinstance(error, (errors.RepositoryNotFoundError, errors.HFValidationError)):
        return ConfigError(
            f"there is no model {name!r} on the Hub that this machine may see, and no such folder",
            "Check the spelling. A private model needs `hf auth login` or HF_TOKEN.",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ConfigError(f"{name} has no revision {revision!r}", "Check the revision's spelling.")
    if isinstance(error, (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, OSError)):
        return EnvironmentUnfitError(
            f"{where} is not in this machine's cache and cannot be fetched: {_first_line(error)}",
            "Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, and the space under HF_HOME; "
            "or name a local folder, or `embedded`.",
        )
    return EnvironmentUnfitError(f"{where} cannot be fetched: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
