"""Facts about a run that its configuration does not hold.

A run may take several sessions on end, of which only one loads the model; what each found out is
kept in ``work/facts.json`` for the metadata at the end.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import Generated
from evalpkg.reporting.progress.counter import utc_now
from evalpkg.scoring import Judged
from evalpkg.store import RunLayout, pretty_json, read_json, write_atomic

NOT_THE_RESULT = frozenset({"speed", "notes", "workers", "batch_size"})
"""Facts about a session that do not change its samples or verdicts."""

_CHANGING = threading.RLock()
"""Held while facts change or are written: what generates and what judges are two threads."""


@dataclass
class RunFacts:
    """Facts collected so far.

    Attributes:
        started_at: when the first session began.
        generation: provenance of the backends that wrote the samples, each different one once.
        scoring: the same of the scorers that judged them.
        self_check: outcome of the last self-check, None before the first.
        seeds: what the generators of random numbers in use were seeded with.
        earlier: each time that the run grew, the settings that it outgrew.
        tokens: generated in all sessions, as far as the backend counts them.
        token_seconds: time that took, loading the model left out.
        answers: what is wrong with many of the answers.
        notes: what a reader must know of the files that samples were read from.
        reused: which samples are those of another run, in sentences.
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
    answers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, layout: RunLayout) -> Self:
        """The facts of earlier sessions, or those of a run that begins now.

        Raises:
            DataError: if the file is damaged.
        """
        path = layout.facts
        if not path.exists():
            return cls(path, started_at=utc_now())
        try:
            return cls(path, **read_json(path))
        except TypeError as error:
            raise DataError(f"{path}: not the facts of a run ({error})") from error

    def save(self) -> None:
        """Write the file."""
        with _CHANGING:
            data = asdict(self)
            del data["path"]
            write_atomic(self.path, pretty_json(data))

    def generated(self) -> Generated | None:
        """What wrote the latest samples; None while nothing has."""
        return Generated.from_json(self.generation[-1]) if self.generation else None

    def judged(self) -> Judged:
        """What judged the latest samples; an empty record while nothing has."""
        return Judged.from_json(self.scoring[-1] if self.scoring else {})

    def add_generation(self, made: Generated, before: Generated | None = None) -> None:
        """Record what wrote samples, in place of what was known of it ``before`` it did.

        Raises:
            ConfigError: if earlier samples came from other weights, or were replayed from another
                file; the text names both digests.
        """
        with _CHANGING:
            for earlier in self.generation:
                _require_same_files(Generated.from_json(earlier), made)
            if before is not None and before.as_json() in self.generation:
                self.generation.remove(before.as_json())
            self._add(self.generation, made.as_json())

    def add_scoring(self, judged: Judged) -> None:
        """Record what judged samples."""
        with _CHANGING:
            self._add(self.scoring, judged.as_json())

    def _add(self, known: list[dict[str, Any]], provenance: dict[str, Any]) -> None:
        """Append what differs from all known in more than speed; else bring it up to date."""
        for place, other in enumerate(known):
            if _essence(other) == _essence(provenance):
                notes = dict.fromkeys([*other.get("notes", ()), *provenance.get("notes", ())])
                known[place] = provenance | ({"notes": list(notes)} if notes else {})
                break
        else:
            known.append(provenance)
        self.save()


def _essence(provenance: dict[str, Any]) -> dict[str, Any]:
    """Provenance without what changes no sample and no verdict."""
    return {key: value for key, value in provenance.items() if key not in NOT_THE_RESULT}


def _require_same_files(earlier: Generated, now: Generated) -> None:
    """Refuse models of other files than those that earlier samples came from."""
    for role, model in now.models.items():
        known = earlier.models.get(role)
        for kind in ("weights", "adapter_weights"):
            old, new = getattr(known, kind, {}), getattr(model, kind)
            changed = [name for name in old.keys() & new.keys() if old[name] != new[name]]
            if changed:
                name = min(changed)
                raise ConfigError(
                    f"{name} of the {role.value} model has changed since the run began: sha256 "
                    f"{new[name][:12]}..., and earlier samples came from {old[name][:12]}...",
                    "Put the earlier file back, or give another --output-dir.",
                )
