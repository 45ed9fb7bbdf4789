"""The project that holds the playbooks: the checkout, or a copy of what the wheel carries."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import evalpkg
from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError

PACKAGE = Path(evalpkg.__file__).parent
CARRIED = PACKAGE / "fleet" / "project"
"""In a wheel: the playbooks, roles and lock files, as in the checkout's root."""


def project_dir() -> Path:
    """The folder with ``site.yml``.

    A wheel's playbooks are laid out once below the cache, beside the package's own sources, because
    the hosts get a wheel that is built from there.
    """
    checkout = PACKAGE.parent
    if (checkout / "site.yml").is_file():
        return checkout
    if not (CARRIED / "site.yml").is_file():
        raise EnvironmentUnfitError(
            f"the playbooks are missing: {CARRIED}",
            "Install evalpkg from its wheel or its checkout.",
        )
    target = cache_root() / "fleet" / f"{evalpkg.__version__}-{_digest()[:12]}"
    if not target.is_dir():
        _lay_out(target)
    return target


def _digest() -> str:
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.relative_to(PACKAGE).as_posix().encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _lay_out(target: Path) -> None:
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    shutil.copytree(CARRIED, partial)
    shutil.copytree(
        PACKAGE, partial / "evalpkg", ignore=lambda folder, names: _ignored(Path(folder), names)
    )
    for link, target_of in (("playbooks/group_vars", "../inventory"), ("group_vars", "inventory")):
        if not (partial / link).exists():  # an archive may hold copies instead of links
            (partial / link).symlink_to(f"{target_of}/group_vars")
    try:
        partial.rename(target)
    except OSError:  # somebody else was first
        shutil.rmtree(partial)


def _ignored(folder: Path, names: list[str]) -> set[str]:
    carried = {"project"} if folder == CARRIED.parent else set()
    return ({"__pycache__"} | carried) & set(names)
