"""Makes samples of a run again, to compare them with the recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evalpkg.config import EvalConfig
from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError, DataError
from evalpkg.evidence import EvalMetadata, collect_environment
from evalpkg.generation import (
    ATTENTIONS,
    BACKENDS,
    DTYPES,
    Generated,
    GenerationSettings,
    Listener,
    create_backend,
)
from evalpkg.models import Role, SeenPrompt
from evalpkg.pipeline.given import given_by
from evalpkg.pipeline.stage_settings import generation_settings
from evalpkg.store import CANONICAL, STUB
from evalpkg.verify import Force, Regeneration

KIND = ("backend", "engine", "device", "dtype", "quantization", "attention", "rows", "libraries")
"""Facts about generation that can change the last bit of a sum, and so a token."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The places of the weights on this machine.

    An empty name means the one that the run names.

    Attributes:
        base_model: like ``--base-model``.
        checkpoint_path: like ``--checkpoint-path``.
        trust_remote_code: the user's consent to run a model's own code; the run cannot give it.
        files: files of replayed samples, recognised by their digests.
    """

    base_model: str = ""
    checkpoint_path: str = ""
    trust_remote_code: bool = False
    files: tuple[Path, ...] = ()


@contextmanager
def regeneration(
    metadata: EvalMetadata, weights: Weights, say: Callable[[str], None]
) -> Iterator[Regeneration]:
    """Create a backend with the settings of a run.

    Args:
        metadata: metadata of the run.
        weights: where the weights lie here.
        say: called with one line before each step that takes a while.

    Raises:
        ConfigError: if the run's samples came from a server, or its model runs code of its own
            without the user's consent.
        EvalError: as ``create_backend``.
    """
    settings = _settings(metadata, weights)
    prompts: dict[tuple[Role, str], SeenPrompt] = {}

    def keep(shown: Sequence[SeenPrompt]) -> None:
        prompts.update({prompt.key: prompt for prompt in shown})

    backend = create_backend(settings, Listener(status=say, prompts=keep))
    try:
        here = backend.provenance()
        force: Force | None = getattr(backend, "force", None)
        yield Regeneration(
            backend.generate,
            force,
            tuple(_other_kind(metadata, here.as_json())),
            tuple(_foreign(metadata, here)),
            prompts,
        )
    finally:
        backend.close()


def _settings(metadata: EvalMetadata, weights: Weights) -> GenerationSettings:
    """Return the run's settings of generation, with the number format and kernel it recorded."""
    told = {k: v for k, v in metadata.arguments.items() if k in EvalConfig.model_fields}
    try:
        config = EvalConfig.model_validate(told)
    except ValidationError as error:
        raise DataError(
            f"the run's arguments cannot be used: {error.errors()[0]['msg']}"
        ) from error
    if config.backend == "openai":
        raise ConfigError(
            "the samples came from a server, which need not make the same ones again",
            "--regenerate needs weights on this machine.",
        )
    if config.trust_remote_code and not weights.trust_remote_code:
        raise ConfigError(
            "the run's model brings code of its own, which would run on this machine",
            "Read it, and add --trust-remote-code if you trust it.",
        )
    found = metadata.generation
    dtype, attention = found.get("dtype"), (found.get("attention") or {}).get("prompt")
    settings = replace(
        generation_settings(config),
        cluster="",
        device="auto",
        dtype=dtype if dtype in DTYPES else config.dtype,
        attention=attention if attention in ATTENTIONS else config.attention,
        batch_size=found.get("rows") or config.batch_size,
        base_model=weights.base_model or config.base_model,
        checkpoint_path=""
        if config.skip_finetuned
        else weights.checkpoint_path or config.checkpoint_path,
    )
    return (
        _with_files(settings, config, metadata, weights.files)
        if config.backend == "replay"
        else settings
    )


def _with_files(
    settings: GenerationSettings,
    config: EvalConfig,
    metadata: EvalMetadata,
    files: Sequence[Path],
) -> GenerationSettings:
    """Replace the replayed files by the user's: a path from the run is never opened."""
    known = {sha256_file(path): str(path) for path in files}
    sources: dict[str, Any] = {}
    for role, name in BACKENDS["replay"].model_setting.items():
        source = getattr(settings, name)
        if role in metadata.roles and source not in ("", CANONICAL, STUB):
            digests = list(metadata.models[role].weights.values())
            found = next((known[digest] for digest in digests if digest in known), None)
            if found is None:
                raise ConfigError(
                    f"the {role.in_words} model's samples were replayed from a file with sha256 "
                    f"{', '.join(digests) or '(none)'}",
                    "Give it with --replay-file FILE.",
                )
            source = found
        sources[name] = source if role in metadata.roles else ""
    settings = replace(settings, **sources)
    used = config.model_copy(update=sources)
    return replace(settings, recorded=given_by(used).recorded)


def _foreign(metadata: EvalMetadata, here: Generated) -> Iterator[str]:
    """Yield the weights and templates that differ from those the run names."""
    for role in metadata.roles:
        recorded = metadata.models[role]
        found = here.models.get(role)
        for kind in ("weights", "adapter_weights"):
            old, new = getattr(recorded, kind), getattr(found, kind, {})
            if sorted(old.values()) != sorted(new.values()):
                yield (
                    f"eval_metadata.json, models.{role.value}.{kind}: {_named(old)}, found here "
                    f"{_named(new)}"
                )
    prompt = metadata.prompt
    template = here.prompt_template.get("sha256", "")
    for name, old, new in (
        ("template_sha256", prompt.template_sha256, template),
        ("chat_template_sha256", prompt.chat_template_sha256, here.chat_template_sha256),
        (
            "finetuned_chat_template_sha256",
            prompt.finetuned_chat_template_sha256,
            here.finetuned_chat_template_sha256,
        ),
    ):
        if old != new:
            found_here = new or "(none)"
            yield f"eval_metadata.json, prompt.{name}: {old or '(none)'}, found here {found_here}"


def _named(digests: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {one[:12]}" for name, one in sorted(digests.items())) or "(none)"


def _other_kind(metadata: EvalMetadata, here: Mapping[str, Any]) -> Iterator[str]:
    """Yield how this machine differs, so that the last bits of its sums may differ too."""
    there = metadata.generation
    for name in KIND:
        if _kernels(there.get(name)) != _kernels(here.get(name)):
            yield name
    if here.get("device") == "cpu":
        environment = collect_environment()
        for name in ("cpu", "architecture"):
            if getattr(metadata.environment, name) != getattr(environment, name):
                yield name
    if metadata.hosts:
        yield "several hosts made it"


def _kernels(fact: object) -> object:
    """Return a fact without its note: the same kernel counts as equal, chosen or asked for."""
    if isinstance(fact, Mapping):
        return {name: value for name, value in fact.items() if name != "note"}
    return fact
