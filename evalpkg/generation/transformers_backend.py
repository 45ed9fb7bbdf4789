"""Completions from weights on this machine, through transformers and PEFT."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

import torch

from evalpkg.errors import ConfigError
from evalpkg.generation import adapter, hub, tokens
from evalpkg.generation.attach import attach
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.decoding import Decoder, Request
from evalpkg.generation.keys import sample_key
from evalpkg.generation.loading import load_base
from evalpkg.generation.network import Network
from evalpkg.generation.prompts import cut, get_template
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.settings import EMBEDDED, GenerationSettings
from evalpkg.models import Role, Sample

_LIBRARIES = ("transformers", "peft", "tokenizers", "accelerate", "bitsandbytes")

_PROBE = "Write a Rust function that returns the larger of two numbers.\nfn larger(a: i32, b: i32)"
"""What a model is asked before the first task, to see whether its adapter changes anything."""


class TransformersBackend:
    """One set of base weights in memory, and the adapter's layers switched on and off.

    Both models get the same prompt, made with the base model's tokenizer and chat template.

    Raises:
        EvalError: as ``create_backend`` says.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        self._settings = settings
        self._template = get_template(settings.prompt_template)
        self._adapter: hub.ModelFiles | None = None
        self._notes: list[str] = []
        self._declared_base = ""
        if settings.checkpoint_path:
            # Before the base model, which can be large: a wrong adapter shows at once.
            self._adapter = adapter.locate(settings.checkpoint_path, settings.adapter_revision)
            self._declared_base = adapter.check_base(
                self._adapter, settings.base_model, allow_mismatch=settings.allow_base_mismatch
            )
        self._base = load_base(settings, listener.status)
        switch = None
        if self._adapter:
            listener.status(f"Loading the adapter {settings.checkpoint_path}")
            probe = tokens.prompt_ids(self._base.tokenizer, _PROBE)
            attached = attach(self._base.model, self._adapter, settings.base_model, probe)
            switch = attached.switch
            self._notes += attached.notes
            for note in attached.notes:
                listener.status(note)
        self._ends = tokens.end_ids(self._base.model, self._base.tokenizer)
        self._network = Network(self._base.model, self._base.attention, switch)
        self._decoder = Decoder(
            self._network,
            Sampler(settings.temperature, settings.top_p, settings.top_k),
            self._ends,
            settings.max_new_tokens,
            settings.batch_size,
            listener.tokens,
            settings.cuda_graphs,
            stopped=tokens.StopTexts(self._base.tokenizer, settings.stop)
            if settings.stop
            else None,
        )

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples as they finish.

        Raises:
            ConfigError: if the fine-tuned model is asked for and there is no adapter, or a prompt
                leaves no room for the answer.
            EnvironmentUnfitError: if memory runs out with a single sample.
        """
        if role is Role.FINETUNED and self._adapter is None:
            raise ConfigError(
                "there is no adapter, and so no fine-tuned model",
                "Give --checkpoint-path, or --skip-finetuned.",
            )
        requests = self._requests(role, work)
        for answer in self._decoder.run(requests, adapter=role is Role.FINETUNED):
            text = tokens.text_of(self._base.tokenizer, answer.ids)
            yield Sample(
                role=role,
                task_id=answer.request.task_id,
                index=answer.request.index,
                completion=cut(text, self._settings.stop),
                finish_reason=answer.finish_reason,
                prompt_tokens=len(answer.request.prompt),
                completion_tokens=answer.made,
                prompt_sha256=tokens.ids_sha256(answer.request.prompt),
            )

    def _requests(self, role: Role, work: Work) -> list[Request]:
        seed = self._settings.seed
        requests: list[Request] = []
        for task, indexes in work:
            ids = tokens.prompt_ids(
                self._base.tokenizer, self._template.render(task), raw=self._settings.raw_completion
            )
            self._check_length(task.task_id, len(ids))
            requests.extend(
                Request(task.task_id, i, tuple(ids), sample_key(seed, role, task.task_id, i))
                for i in indexes
            )
        return requests

    def _check_length(self, task_id: str, length: int) -> None:
        config = self._base.model.config.get_text_config()
        limit = getattr(config, "max_position_embeddings", None)
        new = self._settings.max_new_tokens
        if limit and length + new > limit:
            raise ConfigError(
                f"the prompt of task {task_id} has {length} tokens; with {new} new ones it exceeds "
                f"the model's context of {limit}",
                "Lower --max-new-tokens.",
            )

    def provenance(self) -> Generated:
        """Say everything that decided the samples. Digests of large weights take seconds, once."""
        settings, model = self._settings, self._base.model
        device = self._network.device
        cuda = device.type == "cuda"
        return Generated(
            "transformers",
            self._models,
            sampling={
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                "top_k": settings.top_k,
                "max_new_tokens": settings.max_new_tokens,
                "stop": list(settings.stop),
                "seed": settings.seed,
                "noise": "gumbel, splitmix64 of (sample key, step, token)",
            },
            prompt_template={"name": self._template.name, "sha256": self._template.sha256},
            chat_template_sha256=self._chat_template_sha256(),
            libraries={"torch": torch.__version__, **_versions()},
            details={
                "engine": "evalpkg decode loop",
                "device": torch.cuda.get_device_name(device) if cuda else "cpu",
                "dtype": str(model.dtype).removeprefix("torch."),
                "quantization": "nf4" if settings.load_in_4bit else None,
                "attention": {
                    "prompt": self._network.prompt_attention,
                    "decode": self._network.decode_attention,
                    "note": self._base.attention_note,
                },
                "end_token_ids": sorted(self._ends),
                "chat_template": "none" if settings.raw_completion else "the tokenizer's",
            },
            speed={
                "group_size": {"asked": settings.batch_size, "used": self._decoder.rows},
                "threads": torch.get_num_threads(),
                "cuda_graphs": self._decoder.graph_note,
            },
            notes=tuple(self._notes),
        )

    def _chat_template_sha256(self) -> str:
        if self._settings.raw_completion:
            return ""
        return tokens.chat_template_sha256(self._base.tokenizer) or ""

    @cached_property
    def _models(self) -> dict[Role, ModelUsed]:
        files = self._base.files
        name = embedded_name(files.name, files.revision)
        models = {Role.BASE: ModelUsed(name, files.revision, files.digests())}
        if self._adapter:
            models[Role.FINETUNED] = replace(
                models[Role.BASE],
                adapter=embedded_name(self._adapter.name, f"{self._declared_base} LoRA"),
                adapter_revision=self._adapter.revision,
                adapter_weights=self._adapter.digests(),
                declared_base=self._declared_base,
            )
        return models

    def close(self) -> None:
        """Give the weights' memory back; the backend cannot be used afterwards."""
        for name in ("_decoder", "_network", "_base"):
            self.__dict__.pop(name, None)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def embedded_name(given: str, origin: str) -> str:
    """The model's name as given; what is embedded says what it really is."""
    return given if given != EMBEDDED else f"{origin.partition(',')[0]} ({EMBEDDED})"


def _versions() -> dict[str, str]:
    installed = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            installed[name] = version(name)
    return installed
