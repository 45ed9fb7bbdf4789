"""The backend that computes with weights on this machine, through transformers and PEFT."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from evalpkg.errors import ConfigError
from evalpkg.generation import hub, tokens
from evalpkg.generation.adapter import is_beside_model
from evalpkg.generation.attach import attach
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.forced import Agreement, force
from evalpkg.generation.generation_settings import EMBEDDED, GenerationSettings
from evalpkg.generation.loading import load_base
from evalpkg.generation.prompts import get_template
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.generation.stage import (
    Stage,
    free,
    load_adapted,
    load_checkpoint,
    require_same_tokens,
    set_up,
)
from evalpkg.generation.tokenizer_files import load_tokenizer, read_tokenizer
from evalpkg.generation.tuned import PROBE, find_tuned
from evalpkg.generation.vocabulary import OPTION, Vocabulary, kept_ends, template_in
from evalpkg.generation.whole import refuse_useless
from evalpkg.models import Role, Sample, Task

_LIBRARIES = ("transformers", "peft", "tokenizers", "accelerate", "bitsandbytes")


class TransformersBackend:
    """Two models, one of them in memory at a time.

    They are either one base model whose adapter's layers are switched on and off, or a base model
    and a whole fine-tuned model that are loaded one after the other.

    Both models get the same token ids, made with the base model's tokenizer and chat template,
    unless the settings give each its own. An adapter with a vocabulary of its own is loaded like a
    whole model, in a second copy of the base model, so that the base model stays as it is.

    Attributes:
        tuned: files of the fine-tuned model; None if there is none.
        whole: whether the fine-tuned model is a whole model and not an adapter.
        own: the vocabulary of an adapter that has its own; else None.
        base_files: files of the base model.

    Raises:
        EvalError: as ``create_backend`` says.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._template = get_template(settings.prompt_template)
        self._notes: list[str] = []
        found = find_tuned(settings, listener.status) if settings.checkpoint_path else None
        self.tuned = found.files if found else None
        self.whole = found is not None and found.whole
        self.own = found.own if found else None
        self._declared_base = found.declared_base if found else ""
        self._ends: frozenset[int] = frozenset()
        self._own_template = ""
        self._stage: Stage | None = self._load_base()
        self._loaded = Role.BASE
        self._about = self._details(self._stage)
        self.base_files = self._stage.model.files
        self._base_tokenizer = self._stage.model.tokenizer
        if self.tuned and not self.whole and is_beside_model(self.tuned):
            self._say(f"{self.tuned.name} holds an adapter and a whole model: the adapter is used.")
        if found and found.whole:
            self._check_tokenizers(found.files, found.rows)
        elif self.tuned and self.own:
            self._tell_of_own(self.own)
        elif self.tuned and template_in(self.tuned) not in ("", self._base_tokenizer.chat_template):
            self._tell_of_unused(self.tuned, f"{OPTION} gives the fine-tuned model its own.")

    @property
    def apart(self) -> bool:
        """True if the fine-tuned model takes the base model's place in memory."""
        return self.whole or self.own is not None

    def _load_base(self) -> Stage:
        """Load the base model, with the adapter's layers in it if there is an adapter."""
        settings, listener = self._settings, self._listener
        base = load_base(settings, listener.status)
        self._say(*base.notes)
        if self.tuned is None or self.apart:
            return set_up(settings, listener, base)
        listener.status(f"Loading the adapter {settings.checkpoint_path}")
        probe = tokens.prompt_ids(base.tokenizer, PROBE)
        rows = base.model.get_input_embeddings().weight.shape[0]
        tokens.require_rows(probe, rows, f"the trial prompt of {settings.base_model}")
        attached = attach(base.model, self.tuned, settings.base_model, probe)
        self._say(*attached.notes)
        return set_up(settings, listener, base, attached.switch)

    def _check_tokenizers(self, files: hub.ModelFiles, rows: int) -> None:
        """Require that both models read the same token ids, unless each has its own tokenizer."""
        apart = self._settings.own_tokenizers
        own = (read_tokenizer if apart else load_tokenizer)(self._settings, files)
        reads = own if apart else self._base_tokenizer
        if rows:
            ids = tokens.prompt_ids(reads, PROBE, raw=self._settings.raw_completion)
            tokens.require_rows(ids, rows, f"the trial prompt of {files.name}")
        if apart:
            self._own_template = self._template_sha256(own)
            self._say(
                "Each model has its own tokenizer and chat template (--own-tokenizers): the "
                "prompts of the two models differ."
            )
        elif own is not None:
            names = self._settings.base_model, files.name
            require_same_tokens(self._base_tokenizer, own, names, PROBE)
            if own.chat_template != self._base_tokenizer.chat_template:
                self._tell_of_unused(files, "--own-tokenizers gives each its own.")

    def _tell_of_own(self, own: Vocabulary) -> None:
        """Say that the two models see different prompts, and note the end tokens of the second."""
        raw, base = self._settings.raw_completion, self._base_tokenizer
        stage_ends = self._stage.reader.ends if self._stage else frozenset()
        self._ends = own.ends | kept_ends(stage_ends, base, own.tokenizer)
        self._own_template = self._template_sha256(own.tokenizer)
        seen = [tokens.prompt_ids(one, PROBE, raw=raw) for one in (base, own.tokenizer)]
        said = "the prompts of the two models differ"
        if seen[0] == seen[1]:
            said = "the trial prompt of the two models has the same tokens, others may differ"
        self._say(
            f"The fine-tuned model has the tokenizer, chat template and vocabulary of its adapter's"
            f" folder ({OPTION}): {said}."
        )

    def _tell_of_unused(self, files: hub.ModelFiles, cure: str) -> None:
        """Say that the fine-tuned model's own chat template is not used."""
        self._say(
            f"{files.name} has a chat template of its own, which is not used: both models get the "
            f"base model's prompts. {cure}"
        )

    def _say(self, *notes: str) -> None:
        """Tell the user now, and every reader of the result later."""
        for note in notes:
            if note not in self._notes:
                self._notes.append(note)
                self._listener.status(note)

    def tokenizer_files(self, role: Role) -> hub.ModelFiles:
        """Return the files that hold the tokenizer of ``role``."""
        own = self.own is not None or (self.whole and self._settings.own_tokenizers)
        return self.tuned if self.tuned and own and role is Role.FINETUNED else self.base_files

    def stage_of(self, role: Role) -> Stage:
        """Return the model of ``role``; one that is apart takes the other's place in memory."""
        wanted = role if self.apart else Role.BASE
        if self._stage is None or wanted is not self._loaded:
            self._stage = None  # before the other is loaded: memory may hold only one
            free()
            if wanted is Role.BASE or self.tuned is None:
                self._stage = self._load_base()
                self._about = self._details(self._stage)
            elif self.own:
                self._stage, notes = load_adapted(
                    self._settings, self._listener, self.tuned, self.own, self._ends, PROBE
                )
                self._say(*notes)
            else:
                self._stage = load_checkpoint(
                    self._settings, self._listener, self.tuned, self._base_tokenizer
                )
                self._say(*self._stage.model.notes)
            self._loaded = wanted
        return self._stage

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples as they finish.

        Raises:
            ConfigError: if the fine-tuned model is asked for and there is none, or a prompt leaves
                no room for the answer.
            EnvironmentUnfitError: if not even one sample fits into memory.
        """
        if role is Role.FINETUNED and self.tuned is None:
            raise ConfigError(
                "there is no adapter, and so no fine-tuned model",
                "Give --checkpoint-path, or --skip-finetuned.",
            )
        stage = self.stage_of(role)
        requests = stage.reader.requests(role, work)
        for answer in stage.decoder.run(requests, adapter=role is Role.FINETUNED):
            yield stage.reader.sample(role, answer)

    def force(self, role: Role, task: Task, sample: Sample) -> Agreement:
        """Put a recorded answer to the model again, token by token."""
        return force(self.stage_of(role), role, task, sample)

    def provenance(self) -> Generated:
        """Return everything that decided the samples.

        The first call digests the weights, which can take seconds.
        """
        settings = self._settings
        if self._stage and self._loaded is Role.BASE:
            self._about = self._details(self._stage)
        used = self._stage.decoder if self._stage else None
        return Generated(
            "transformers",
            self._models,
            sampling={
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                **settings.limits(),
                "noise": "gumbel, splitmix64 of (sample key, step, token)",
            },
            prompt_template={"name": self._template.name, "sha256": self._template.sha256},
            chat_template_sha256=self._template_sha256(self._base_tokenizer),
            finetuned_chat_template_sha256=self._own_template,
            libraries={"torch": torch.__version__, **_versions()},
            details={**self._about, **self._own_details()},
            speed={
                "group_size": {"asked": settings.batch_size, "used": used.rows if used else 0},
                "threads": torch.get_num_threads(),
                "cuda_graphs": used.graph_note if used else "",
            },
            notes=tuple(self._notes),
        )

    def _details(self, stage: Stage) -> dict[str, object]:
        """Return the facts about the loaded model that are kept as the backend's own."""
        device = stage.network.device
        cuda = device.type == "cuda"
        return {
            "engine": "evalpkg decode loop",
            "device": torch.cuda.get_device_name(device) if cuda else "cpu",
            "dtype": str(stage.model.model.dtype).removeprefix("torch."),
            "quantization": "nf4" if self._settings.load_in_4bit else None,
            "attention": {
                "prompt": stage.network.prompt_attention,
                "decode": stage.network.decode_attention,
                "note": stage.model.attention_note,
            },
            # On a GPU the number of rows can change a last bit.
            "rows": stage.decoder.rows if cuda else None,
            "end_token_ids": sorted(stage.reader.ends),
            "chat_template": "none" if self._settings.raw_completion else "the tokenizer's",
        }

    def _own_details(self) -> dict[str, object]:
        """Return the facts about an adapter that has a vocabulary of its own."""
        if self.own is None:
            return {}
        return {
            "finetuned_template": self._settings.finetuned_template,
            "finetuned_end_token_ids": sorted(self._ends),
        }

    def _template_sha256(self, tokenizer: Any) -> str:
        """Digest a tokenizer's chat template; return an empty text if none is used."""
        if tokenizer is None or self._settings.raw_completion:
            return ""
        return tokens.chat_template_sha256(tokenizer) or ""

    @cached_property
    def _models(self) -> dict[Role, ModelUsed]:
        files = self.base_files
        name = embedded_name(files.name, files.revision)
        models = {Role.BASE: ModelUsed(name, files.revision, files.digests())}
        if self.tuned and self.whole:
            tuned = ModelUsed(self.tuned.name, self.tuned.revision, self.tuned.digests())
            self._listener.status(f"Comparing the weights of {tuned.name} with the base model's")
            refuse_useless(self.tuned, files)
            models[Role.FINETUNED] = tuned
        elif self.tuned:
            models[Role.FINETUNED] = replace(
                models[Role.BASE],
                adapter=embedded_name(self.tuned.name, f"{self._declared_base} LoRA"),
                adapter_revision=self.tuned.revision,
                adapter_weights=self.tuned.digests(),
                declared_base=self._declared_base,
            )
        return models

    def close(self) -> None:
        """Free the weights' memory."""
        self._stage = None
        free()


def embedded_name(given: str, origin: str) -> str:
    """Return the model's name as given; for the embedded model, its origin."""
    return given if given != EMBEDDED else f"{origin.partition(',')[0]} ({EMBEDDED})"


def _versions() -> dict[str, str]:
    installed = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            installed[name] = version(name)
    return installed
