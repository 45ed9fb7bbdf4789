"""The folder with the playbooks: the checkout, or a copy of the files in the wheel."""

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
"""The playbooks, roles and lock files in a wheel, laid out like the checkout."""


def project_dir() -> Path:
    """Return the folder with ``site.yml``.

    The files of a wheel are copied into the cache once, together with the package's sources: the
    wheel for the hosts is built from this copy.

    Raises:
        EnvironmentUnfitError: if the package was installed without its playbooks.
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


def lasting_folder(project: Path) -> Path:
    """Return the folder for notes on rented hosts, which an upgrade of evalpkg must not lose."""
    copies = cache_root() / "fleet"
    return copies if project.parent == copies else project


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
        if not (partial / link).exists():  # an archive may contain copies instead of links
            (partial / link).symlink_to(f"{target_of}/group_vars")
    try:
        partial.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(partial)


def _ignored(folder: Path, names: list[str]) -> set[str]:
    carried = {"project"} if folder == CARRIED.parent else set()
    return ({"__pycache__"} | carried) & set(names)
