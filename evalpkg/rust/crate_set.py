"""Build the third-party crates that tasks name, offline with cargo, once per toolchain.

Their sources come from a folder that ``cargo vendor`` made. While crates are built, their build
scripts and procedural macros run with the user's rights: crates are trusted, as the tests are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evalpkg.cachedir import cache_root
from evalpkg.digests import sha256_hex
from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.rust.toolchain import Toolchain

ROOT = "evalpkg-crates"
BUILDING_S = 1800
KNOWN = "crates.json"
_ASIDE = re.compile(r"\n(As a reminder, you're using offline mode|perhaps a crate was upd).*", re.S)


@dataclass(frozen=True, slots=True)
class CrateSet:
    """Crates ready to be linked.

    Attributes:
        home: the folder in the cache that holds them.
        files: names of the files in ``home`` that rustc reads.
        externs: ``name=file`` of each crate that programs can use.
        versions: ``name version`` of every crate that was built, dependencies included.
        lock_sha256: sha256 of the ``Cargo.lock`` that chose the versions.
        digest: sha256 of the lock, all sources and the toolchain; part of every cache key.
    """

    home: Path
    files: tuple[str, ...]
    externs: tuple[str, ...]
    versions: tuple[str, ...]
    lock_sha256: str
    digest: str

    def flags(self) -> list[str]:
        """Return options of rustc; it starts in the folder that holds the files."""
        return [*(f"--extern={one}" for one in self.externs), "-Ldependency=."]

    def paths(self) -> list[Path]:
        """Return the paths of the files that rustc reads."""
        return [self.home / name for name in self.files]


def build_crates(toolchain: Toolchain, wanted: tuple[str, ...], folder: Path) -> CrateSet:
    """Return the crates ``wanted``: from the cache, or built now.

    Args:
        toolchain: the toolchain that also compiles the programs.
        wanted: ``name requirement`` of each crate, such as ``regex 1.10``.
        folder: the sources of the crates and of their dependencies. A ``Cargo.lock`` in it chooses
            the versions.

    Raises:
        ConfigError: if the folder lacks a crate, or a version that meets the requirement.
        EnvironmentUnfitError: if there is no cargo, or a crate cannot be built.
    """
    cargo = _Cargo(toolchain, folder.absolute())
    with tempfile.TemporaryDirectory(prefix="evalpkg-crates-") as scratch:
        project = Path(scratch)
        _write_project(project, wanted, cargo.folder)
        lock = cargo.lock(project)
        packages = json.loads(cargo.run(project, "metadata", "--format-version=1", "--locked"))
        digest = _digest(toolchain, wanted, lock, packages)
        home = cache_root() / "crates" / digest[:32]
        if not (home / KNOWN).is_file():
            made = cargo.run(project, "build", "--locked", "--message-format=json")
            _keep(home, packages, made, sha256_hex(lock), digest)
    known = json.loads((home / KNOWN).read_text(encoding="utf-8"))
    files, externs, versions = (tuple(known[name]) for name in ("files", "externs", "versions"))
    return CrateSet(home, files, externs, versions, known["lock_sha256"], known["digest"])


class _Cargo:
    """cargo without a network and without the user's settings, with one folder of sources."""

    def __init__(self, toolchain: Toolchain, folder: Path) -> None:
        beside = toolchain.rustc.with_name("cargo")
        found = str(beside) if beside.is_file() else shutil.which("cargo")
        if found is None:
            raise EnvironmentUnfitError(
                "the tasks need crates, and cargo was not found on this machine",
                "Install it beside rustc, or leave out --crates and the tasks that need it.",
            )
        if not folder.is_dir():
            raise ConfigError(
                f"there is no folder of crates {folder}", "'cargo vendor DIR' makes one."
            )
        self._cargo = found
        self._rustc = toolchain.rustc
        self.folder = folder

    def lock(self, project: Path) -> bytes:
        """Return the bytes of ``Cargo.lock``: the folder's own, or one that cargo makes from it."""
        own = self.folder / "Cargo.lock"
        if own.is_file():
            shutil.copyfile(own, project / "Cargo.lock")
            # cargo adds our project's name and drops crates that it does not need.
            self.run(project, "update", "--workspace")
        else:
            self.run(project, "generate-lockfile")
        return (project / "Cargo.lock").read_bytes()

    def run(self, project: Path, *words: str) -> str:
        """Run a command of cargo and return its standard output."""
        flags = f"--remap-path-prefix={self.folder}=/crates\x1f--remap-path-prefix={project}=/"
        environment = {
            "PATH": f"{self._rustc.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(project),
            "CARGO_HOME": str(project / "cargo"),
            "CARGO_TARGET_DIR": str(project / "target"),
            "CARGO_ENCODED_RUSTFLAGS": flags,
            "RUSTC": str(self._rustc),
            "LC_ALL": "C.UTF-8",
        }
        try:
            done = subprocess.run(
                [self._cargo, *words, "--offline"],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=BUILDING_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentUnfitError(f"cargo failed: {error}") from error
        if done.returncode:
            raise _told(done.stderr, self.folder, project, built=words[0] == "build")
        return done.stdout


def _told(said: str, folder: Path, project: Path, *, built: bool) -> Exception:
    """Turn cargo's message into an error that names a cure."""
    text = _ASIDE.sub("", said).replace(str(project), "").strip()[-1500:]
    if built:
        return EnvironmentUnfitError(
            f"a crate of {folder} cannot be built: {text}",
            "Crates are built with this toolchain and without a network. Install the system "
            "libraries that they need.",
        )
    return ConfigError(
        f"{folder} does not hold the crates that the tasks name: {text}",
        "Make the folder with 'cargo vendor' from a Cargo.toml that names the same crates and "
        "versions (docs/dataset.md).",
    )


def _write_project(project: Path, wanted: tuple[str, ...], folder: Path) -> None:
    pairs = [one.partition(" ") for one in wanted]
    named = "".join(f"{name} = {json.dumps(version)}\n" for name, _, version in pairs)
    (project / "Cargo.toml").write_text(
        f'[package]\nname = "{ROOT}"\nversion = "0.0.0"\nedition = "2021"\n\n'
        f"[dependencies]\n{named}\n[profile.dev]\ndebug = false\nopt-level = 1\n"
        "incremental = false\n",
        encoding="utf-8",
    )
    (project / "src").mkdir()
    (project / "src" / "lib.rs").touch()
    (project / "cargo").mkdir()
    (project / "cargo" / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\n'
        f"directory = {json.dumps(str(folder))}\n",
        encoding="utf-8",
    )


def _digest(
    toolchain: Toolchain, wanted: tuple[str, ...], lock: bytes, packages: dict[str, Any]
) -> str:
    """Return the sha256 of everything from which the crates are built."""
    state = hashlib.sha256(f"2\0{toolchain.version}\0{wanted}\0".encode())
    state.update(lock)
    for package in sorted(packages["packages"], key=lambda one: one["id"]):
        if package["name"] == ROOT:
            continue
        home = Path(package["manifest_path"]).parent
        for path in sorted(path for path in home.rglob("*") if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).digest()
            state.update(f"{package['name']}/{path.relative_to(home)}\0".encode() + content)
    return state.hexdigest()


def _keep(home: Path, packages: dict[str, Any], made: str, lock: str, digest: str) -> None:
    """Put the built files into the cache, all or none."""
    built: dict[str, Path] = {}
    for line in made.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        for name in message.get("filenames", ()):
            if name.endswith((".rlib", ".so")):
                built[message["package_id"]] = Path(name)
    resolve = packages["resolve"]
    root = next(node for node in resolve["nodes"] if node["id"] == resolve["root"])
    built.pop(root["id"], None)
    known = CrateSet(
        home,
        files=tuple(sorted(path.name for path in built.values())),
        externs=tuple(f"{one['name']}={built[one['pkg']].name}" for one in root["deps"]),
        versions=tuple(
            sorted(f"{p['name']} {p['version']}" for p in packages["packages"] if p["id"] in built)
        ),
        lock_sha256=lock,
        digest=digest,
    )
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=home.parent) as out:
        for path in built.values():
            shutil.copyfile(path, Path(out, path.name))
        fields = {name: value for name, value in asdict(known).items() if name != "home"}
        Path(out, KNOWN).write_text(json.dumps(fields), encoding="utf-8")
        # Another process may have been faster; its files are the same.
        with suppress(OSError):
            Path(out).rename(home)
            Path(out).mkdir()  # for the context manager to remove
