"""The record of what made the samples; every backend returns one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from evalpkg.models import Role


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """One of the compared models, as the backend loaded it.

    Attributes:
        name: the name that the user gave; for the embedded model, the name of its origin.
        revision: commit of the repository; empty for a folder or a server.
        weights: sha256 of each file of weights or config, by file name.
        adapter: name of the adapter; empty where the model has none.
        adapter_revision: commit of the adapter's repository.
        adapter_weights: sha256 of each of the adapter's files, by file name.
        declared_base: the model that the adapter's own config names.
    """

    name: str
    revision: str = ""
    weights: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""
    adapter_revision: str = ""
    adapter_weights: Mapping[str, str] = field(default_factory=dict)
    declared_base: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """Everything that decided the samples, and other facts for readers of the result.

    Attributes:
        backend: name in the table of backends.
        models: the compared models.
        sampling: temperature and other sampling settings; empty where nothing was sampled.
        prompt_template: name and sha256 of the template; empty where there was no prompt.
        chat_template_sha256: digest of the tokenizer's chat template; empty where none was used.
        finetuned_chat_template_sha256: digest of the fine-tuned model's own; empty where it has the
            base model's tokenizer.
        libraries: version of each library that took part, by name.
        details: facts of the backend's own, as JSON values. They stand beside the fields above.
        speed: facts that change how fast samples are made, but not their text.
        notes: sentences for readers of the result; they become warnings of the run.
    """

    backend: str
    models: Mapping[Role, ModelUsed]
    sampling: Mapping[str, object] = field(default_factory=dict)
    prompt_template: Mapping[str, str] = field(default_factory=dict)
    chat_template_sha256: str = ""
    finetuned_chat_template_sha256: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
    speed: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the record as JSON values, with the details beside the other fields."""
        told: dict[str, object] = {
            "backend": self.backend,
            "models": {role.value: asdict(model) for role, model in self.models.items()},
            **self.details,
        }
        for name in ("sampling", "prompt_template", "libraries", "speed"):
            if value := getattr(self, name):
                told[name] = dict(value)
        for name in ("chat_template_sha256", "finetuned_chat_template_sha256"):
            if digest := getattr(self, name):
                told[name] = digest
        if self.notes:
            told["notes"] = list(self.notes)
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read the record that ``as_json`` wrote."""
        rest = dict(told)
        models = rest.pop("models", {})
        known = {one.name: rest.pop(one.name) for one in fields(cls) if one.name in rest}
        known["notes"] = tuple(known.get("notes", ()))
        return cls(
            **{"backend": "", **known},
            models={Role(role): ModelUsed(**model) for role, model in models.items()},
            details=rest,
        )
