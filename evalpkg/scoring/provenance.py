"""The record of the scorer that judged the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class CratesUsed:
    """Third-party crates that were built together.

    Attributes:
        versions: ``name version`` of each, those that others need included.
        lock_sha256: digest of the ``Cargo.lock``.
        sha256: digest of the lock file, of every source file and of the compiler's version.
    """

    versions: tuple[str, ...]
    lock_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that decided the verdicts; each field is empty while nothing has judged.

    Attributes:
        scorer_version: of the rules by which the scorer judges.
        rustc: output of ``rustc -vV``.
        rustc_flags: the compiler's command line, paths of this machine included.
        crates: sets of third-party crates that programs saw.
        sandbox: name of the provider.
        sandbox_profile_sha256: digest of its command line and limits.
        timeout_s: seconds of a program's test run.
        compile_timeout_s: CPU seconds of compiling a program.
        memory_mib: memory of a program, in MiB.
        output_kib: output of a program, in KiB.
        editions: Rust editions of the tasks.
        workers: batches judged at once.
        batch_size: programs in one crate at most.
    """

    scorer_version: int = 0
    rustc: str = ""
    rustc_flags: tuple[str, ...] = ()
    crates: tuple[CratesUsed, ...] = ()
    sandbox: str = ""
    sandbox_profile_sha256: str = ""
    timeout_s: float = 0.0
    compile_timeout_s: float = 0.0
    memory_mib: int = 0
    output_kib: int = 0
    editions: tuple[str, ...] = ()
    workers: int = 0
    batch_size: int = 0

    def as_json(self) -> dict[str, Any]:
        """The record as JSON-able values."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        crates = [asdict(one) | {"versions": list(one.versions)} for one in self.crates]
        return told | {
            "rustc_flags": list(self.rustc_flags),
            "crates": crates,
            "editions": list(self.editions),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The record that ``as_json`` gave; what an earlier version did not record is empty."""
        known = {field.name: told[field.name] for field in fields(cls) if field.name in told}
        crates = [{**one, "versions": tuple(one["versions"])} for one in known.pop("crates", ())]
        for name in ("rustc_flags", "editions"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known, crates=tuple(CratesUsed(**one) for one in crates))
