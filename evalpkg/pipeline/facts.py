"""Facts about a run that its configuration does not hold.

A run may take several sessions, one after the other, and some need not load the model. What each
session found out is kept in ``work/facts.json``, for the metadata at the end.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from evalpkg.errors import ConfigError
from evalpkg.generation import Generated
from evalpkg.reporting.progress.counter import utc_now
from evalpkg.scoring import Judged
from evalpkg.store import RunLayout, pretty_json, read_json, write_atomic

NOT_THE_RESULT = frozenset({"speed", "notes", "workers", "batch_size"})
"""Facts about a session that do not change its samples or verdicts."""

_CHANGING = threading.RLock()
"""Held while facts change or are written: generation and judging are two threads."""


@dataclass
class RunFacts:
    """The facts collected so far.

    Attributes:
        path: file that holds them.
        started_at: time when the first session began.
        generation: provenance of the backends that wrote the samples; each different one once.
        scoring: provenance of the scorers that judged them; each different one once.
        self_check: outcome of the last self-check; None before the first.
        seeds: seeds of the random number generators, by library.
        earlier: for each time the run was enlarged, the settings it had before.
        tokens: tokens generated in all sessions, as far as the backend counts them.
        token_seconds: seconds that those took, without the loading of the model.
        notes: notes for readers about the files that samples were read from.
        reused: sentences that say which samples were taken from another run.
    """

    path: Path
    started_at: str = ""
    generation: list[dict[str, Any]] = field(default_factory=list)
    scoring: list[dict[str, Any]] = field(default_factory=list)
    self_check: dict[str, Any] | None = None
    seeds: dict[str, int] = field(default_factory=dict)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    token_seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, layout: RunLayout) -> Self:
        """Read the facts of earlier sessions, or begin those of a new run.

        Raises:
            DataError: if the file is damaged.
        """
        path = layout.facts
        if not path.exists():
            return cls(path, started_at=utc_now())
        known = {one.name for one in fields(cls)} - {"path"}
        # Another release may keep more facts: this one works without them.
        return cls(path, **{name: told for name, told in read_json(path).items() if name in known})

    def save(self) -> None:
        """Write the file."""
        with _CHANGING:
            data = asdict(self)
            del data["path"]
            write_atomic(self.path, pretty_json(data))

    def generated(self) -> Generated | None:
        """Return the provenance of the latest samples; None while there is none."""
        return Generated.from_json(self.generation[-1]) if self.generation else None

    def judged(self) -> Judged:
        """Return the provenance of the latest verdicts; an empty record while there is none."""
        return Judged.from_json(self.scoring[-1] if self.scoring else {})

    def add_generation(self, made: Generated, before: Generated | None = None) -> None:
        """Record the backend that wrote samples.

        Args:
            made: what the backend says of itself.
            before: what it said before the first sample; ``made`` replaces that.

        Raises:
            ConfigError: if earlier samples came from other weights, or were replayed from another
                file; both digests are named.
        """
        with _CHANGING:
            for earlier in self.generation:
                _require_same_files(Generated.from_json(earlier), made)
            if before is not None and before.as_json() in self.generation:
                self.generation.remove(before.as_json())
            self._add(self.generation, made.as_json())

    def require_same_crates(self, judged: Judged) -> None:
        """Refuse a scorer whose crates differ from those that earlier verdicts came from.

        Raises:
            ConfigError: if they differ; the text names what changed.
        """
        earlier = self.judged()
        before, now = (_crates(one, earlier.rustc == judged.rustc) for one in (earlier, judged))
        if before <= now:
            return
        old, new = (
            {name for one in judged.crates for name in one.versions} for judged in (earlier, judged)
        )
        changed = ", ".join(sorted(old - new)) or "their sources or their Cargo.lock"
        instead = ", ".join(sorted(new - old))
        raise ConfigError(
            f"the crates of the tasks have changed since the run began: {changed}"
            + (f" -> {instead}" if instead else ""),
            "Give the folder of crates that the run began with (--crates), or another "
            "--output-dir.",
        )

    def add_scoring(self, judged: Judged) -> None:
        """Record the scorer that judged samples."""
        with _CHANGING:
            self._add(self.scoring, judged.as_json())

    def _add(self, known: list[dict[str, Any]], provenance: dict[str, Any]) -> None:
        """Append provenance that differs from all known in more than speed; else update that."""
        for place, other in enumerate(known):
            if _essence(other) == _essence(provenance):
                notes = dict.fromkeys([*other.get("notes", ()), *provenance.get("notes", ())])
                known[place] = provenance | ({"notes": list(notes)} if notes else {})
                break
        else:
            known.append(provenance)
        self.save()


def _crates(judged: Judged, with_sources: bool) -> set[tuple[str, ...]]:
    """Return what identifies each set of crates; digests of sources hold for one rustc only."""
    return {
        (*one.versions, one.lock_sha256, one.sha256 if with_sources else "")
        for one in judged.crates
    }


def _essence(provenance: dict[str, Any]) -> dict[str, Any]:
    """Return the provenance without facts that change no sample and no verdict."""
    return {key: value for key, value in provenance.items() if key not in NOT_THE_RESULT}


def _require_same_files(earlier: Generated, now: Generated) -> None:
    """Refuse models whose files differ from those of earlier samples."""
    for role, model in now.models.items():
        known = earlier.models.get(role)
        for kind in ("weights", "adapter_weights"):
            old, new = getattr(known, kind, {}), getattr(model, kind)
            changed = [name for name in old.keys() & new.keys() if old[name] != new[name]]
            if changed:
                name = min(changed)
                raise ConfigError(
                    f"{name} of the {role.in_words} model has changed since the run began: sha256 "
                    f"{new[name][:12]}..., and earlier samples came from {old[name][:12]}...",
                    "Put the earlier file back, or give another --output-dir.",
                )
