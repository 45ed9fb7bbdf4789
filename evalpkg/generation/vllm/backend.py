"""The backend whose model vLLM computes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from evalpkg.errors import ConfigError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.decoding import Request
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.provenance import Generated
from evalpkg.generation.reader import Reader
from evalpkg.generation.rows import token_bytes
from evalpkg.generation.stage import Stage
from evalpkg.generation.transformers_backend import TransformersBackend
from evalpkg.generation.vllm.engine import Asking, Engine, Order
from evalpkg.generation.vllm.lora import rank, refuse_adapter
from evalpkg.generation.vllm.process import find_python
from evalpkg.generation.vllm.trial import (
    SMALL,
    TOKENS,
    Texts,
    Trial,
    TrialResult,
    compare,
    write_own,
)
from evalpkg.models import Role, Sample

_PROMPT_TOKENS = 8192
"""Most tokens of a prompt, unless ``--vllm-engine-args`` sets ``max_model_len``."""
_MEAN_PROMPT = 512
"""Tokens of a prompt on average, to reckon how much memory the samples need."""
_BLOCK_TOKENS = 128
"""Tokens of one memory block on a CPU. vLLM keeps one block to itself, and one is not filled."""

VARIABLES = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # one process, so that nothing outlives it
    "VLLM_USE_V2_MODEL_RUNNER": "0",  # the second runner has other logits processors
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin starve each other on a busy CPU
    "HF_HUB_OFFLINE": "1",  # all files are here by now
}


@dataclass(frozen=True, slots=True)
class _Model:
    """The parts of a model that remain when our own loop has freed its weights."""

    reader: Reader
    trial: Trial
    order: Order


class VllmBackend:
    """Runs both models in vLLM: one with LoRA on and off, or two whole models in turn.

    Our own loop comes first. It finds what is wrong with the models, gives their provenance, and
    writes the self-test's samples. Then its weights are freed.

    One model is asked for at a time, because vLLM's CPU build gives wrong text for the base model
    where requests of both share a batch.

    Raises:
        EvalError: as ``create_backend`` says.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        if settings.load_in_4bit:
            raise ConfigError(
                "--load-in-4bit and --backend vllm do not go together",
                "Use --backend transformers, which computes in 4 bits.",
            )
        refuse_adapter(settings)
        self._settings = settings
        self._listener = listener
        self._extra: dict[str, Any] = json.loads(settings.vllm_engine_args or "{}")
        self._engine = Engine(find_python(settings.vllm_python), self._variables(), listener)
        self._outcomes: dict[Role, TrialResult] = {}
        self._loaded: Role | None = None
        try:
            listener.status("Starting vLLM, which takes a while to be imported")
            self._engine.wake()
            own = TransformersBackend(settings, listener)
            try:
                self._whole, self._apart = own.whole, own.apart
                self._models = self._read(own)
                self._told = own.provenance()
            finally:
                own.close()
            self._on_stage(Role.BASE)
        except BaseException:
            self._engine.close()
            raise

    def _read(self, own: TransformersBackend) -> dict[Role, _Model]:
        """Write the self-test's samples with our own loop, and collect what vLLM is to load."""
        roles = [Role.BASE, *([Role.FINETUNED] if own.tuned else [])]
        tokens = min(TOKENS, self._settings.max_new_tokens)
        written: dict[tuple[Role, Role], Texts] = {}
        found: dict[Role, tuple[Reader, Sequence[Request], Order]] = {}
        for role in roles:
            stage = own.stage_of(role)
            self._listener.status(f"Writing the self-test's samples, {role.in_words} model")
            for key_of in roles:
                requests, written[role, key_of] = write_own(stage, role, key_of, tokens)
                if key_of is role:
                    found[role] = stage.reader, requests, self._order(own, stage, role)
        return {
            role: _Model(
                reader,
                Trial(
                    requests,
                    written[role, role],
                    next((written[other, role] for other in roles if other is not role), None),
                ),
                order,
            )
            for role, (reader, requests, order) in found.items()
        }

    def _order(self, own: TransformersBackend, stage: Stage, role: Role) -> Order:
        settings, model = self._settings, stage.model.model
        config, kind = model.config.get_text_config(), stage.network.device.type
        most = settings.max_new_tokens + _PROMPT_TOKENS
        context = stage.reader.context
        longest = min(context.tokens, most) if context else most
        length = int(self._extra.get("max_model_len", longest))
        rows = stage.decoder.rows
        files = own.tokenizer_files(role)
        engine: dict[str, Any] = {
            "model": str(stage.model.files.folder),
            "tokenizer": str(files.folder),
            "skip_tokenizer_init": not settings.stop,
            "dtype": str(model.dtype).removeprefix("torch."),
            "trust_remote_code": settings.trust_remote_code,
            "generation_config": "vllm",
            "max_model_len": length,
            "max_num_seqs": rows,
            "enable_prefix_caching": True,
            "enforce_eager": kind == "cpu" or not settings.cuda_graphs,
            "async_scheduling": False,  # the draw needs all tokens before it
        }
        if kind == "cpu":  # on a GPU vLLM takes the memory that is free
            each = token_bytes(config, model.dtype.itemsize)
            held = max(length, rows * (settings.max_new_tokens + _MEAN_PROMPT))
            block = int(self._extra.get("block_size", _BLOCK_TOKENS))
            engine["kv_cache_memory_bytes"] = each * (held + 2 * block)
        adapter = own.tuned if own.tuned and not own.whole else None
        return Order(
            engine | self._extra,
            kind,
            rows,
            str(adapter.folder) if adapter else "",
            rank(adapter) if adapter else 0,
        )

    def _variables(self) -> dict[str, str]:
        number = self._settings.device.partition(":")[2]
        if not number or "tensor_parallel_size" in self._extra:
            return dict(VARIABLES)
        seen = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
        return {**VARIABLES, "CUDA_VISIBLE_DEVICES": seen[int(number)] if seen else number}

    def _on_stage(self, role: Role) -> _Model:
        """Return the model of ``role``, loaded in vLLM and tested."""
        model = self._models[role]
        wanted = role if self._apart else Role.BASE
        if self._loaded is not wanted:
            self._listener.status(f"Loading {self._models[wanted].order.engine['model']} in vLLM")
            self._engine.load(self._models[wanted].order)
            self._loaded = wanted
            for tried in [role] if self._apart else list(self._models):
                self._try(tried)
        return model

    def _try(self, role: Role) -> None:
        model = self._models[role]
        tokens = min(TOKENS, self._settings.max_new_tokens)
        asking = replace(self._asking(model), max_tokens=tokens, stop=())

        def write(requests: Sequence[Request]) -> Texts:
            answers = self._engine.answers(requests, asking, adapter=self._adapter(role))
            return {(a.request.task_id, a.request.index): tuple(a.ids) for a in answers}

        outcome = compare(model.trial, write, f"the {role.in_words} model")
        self._outcomes[role] = outcome
        self._listener.status(
            f"self-test, {role.in_words} model: of {outcome.samples} samples {outcome.large} are "
            f"our own loop's, token for token, in one batch, and {outcome.small} in batches of"
            f" {SMALL}"
        )

    def _adapter(self, role: Role) -> bool:
        return role is Role.FINETUNED and not self._whole

    def _asking(self, model: _Model) -> Asking:
        settings = self._settings
        return Asking(
            (settings.temperature, settings.top_p, settings.top_k),
            settings.max_new_tokens,
            model.reader.ends,
            settings.stop,
        )

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples as they finish.

        Raises:
            ConfigError: if the fine-tuned model is asked for and there is none, or a prompt leaves
                no room for the answer.
            EnvironmentUnfitError: if vLLM dies twice without a sample in between.
        """
        if role not in self._models:
            raise ConfigError(
                "there is no fine-tuned model", "Give --checkpoint-path, or --skip-finetuned."
            )
        model = self._on_stage(role)
        requests = model.reader.requests(role, work)
        self._check_lengths(model, requests)
        asking = self._asking(model)
        for answer in self._engine.answers(requests, asking, adapter=self._adapter(role)):
            yield model.reader.sample(role, answer)

    def _check_lengths(self, model: _Model, requests: Sequence[Request]) -> None:
        most = int(model.order.engine["max_model_len"])
        for request in requests:
            length = len(request.prompt) + self._settings.max_new_tokens
            if length > most:
                raise ConfigError(
                    f"the prompt of task {request.task_id} has {len(request.prompt)} tokens; with "
                    f"the answer it exceeds the {most} that vLLM was started for",
                    f"--vllm-engine-args '{{\"max_model_len\": {length}}}', or a lower "
                    "--max-new-tokens.",
                )

    def provenance(self) -> Generated:
        """Return everything that decided the samples, with the self-test's outcome."""
        told, about = self._told, self._engine.about
        rows = self._models[Role.BASE].order.rows
        kept = ("dtype", "quantization", "end_token_ids", "chat_template")
        return replace(
            told,
            backend="vllm",
            libraries=about["libraries"],
            details={
                "engine": "vLLM, evalpkg draw",
                "device": about["device"],
                **{name: told.details[name] for name in kept},
                "batch_invariant": about["batch_invariant"],
                "rows": None if about["batch_invariant"] else rows,
                "engine_args": self._extra,
                "self_test": self._self_test(),
            },
            speed={
                "group_size": {"asked": self._settings.batch_size, "used": rows},
                "restarts": self._engine.restarts,
                "own_libraries": dict(told.libraries),
            },
            notes=(*told.notes, *self._notes()),
        )

    def _self_test(self) -> Mapping[str, object]:
        return {
            "tokens": min(TOKENS, self._settings.max_new_tokens),
            "batch_shapes": ["all", SMALL],
            **{role.value: asdict(outcome) for role, outcome in self._outcomes.items()},
        }

    def _notes(self) -> Iterator[str]:
        for role, found in self._outcomes.items():
            if not found.all_equal:
                yield (
                    f"vLLM's samples of the {role.in_words} model are not all token for token "
                    f"those of this package's own loop: of {found.samples} in the self-test "
                    f"{found.large} were in one batch and {found.small} in batches of {SMALL}; "
                    f"{found.between} were the same in both. Their rounding differs."
                )

    def close(self) -> None:
        """End vLLM's process."""
        self._engine.close()
        self._loaded = None
