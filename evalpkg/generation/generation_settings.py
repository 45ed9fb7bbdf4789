"""The settings of all backends. They are checked when they are made, and frozen."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evalpkg.errors import ConfigError, require_choice

if TYPE_CHECKING:
    from evalpkg.models import Role
    from evalpkg.samples import Recorded

DEFAULT_BASE_MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct"
DEFAULT_CHECKPOINT = "Superuser666-Sigil/Llama-3.1-8B-Instruct-Rust-QLora/checkpoint-9000"

EMBEDDED = "embedded"
"""Name of the model and the adapter that need no model hub."""

DTYPES = ("auto", "bfloat16", "float16", "float32")
ATTENTIONS = ("auto", "sdpa", "flash_attention_2", "eager")
FINETUNED_TEMPLATES = ("base", "adapter")


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """The settings that decide how completions are made.

    A backend ignores the fields that it does not use.

    Attributes:
        backend: a name in ``create.BACKENDS``.
        base_model: Hub repository, local folder, or ``embedded``.
        checkpoint_path: the fine-tuned model, a PEFT adapter or a whole model: ``repo``,
            ``repo/subfolder``, local folder, ``embedded``, or empty for none.
        base_revision: branch, tag or commit of the base model; empty for the repository's default.
        adapter_revision: the same for the fine-tuned model.
        own_tokenizers: give a whole fine-tuned model its own tokenizer and chat template.
        finetuned_template: tokenizer, chat template and vocabulary of a fine-tuned model that is an
            adapter: those of the ``base`` model, or those in the ``adapter``'s folder.
        allow_base_mismatch: use an adapter although its config names another base model.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        dtype: number format of the weights; ``auto`` is bfloat16 where the device computes in it,
            else float16 on a GPU and float32 on a CPU.
        load_in_4bit: NF4 weights through bitsandbytes.
        trust_remote_code: run Python code that comes with the model.
        attention: attention kernel for the prompts; ``auto`` is FlashAttention 2 where it is
            installed and fits, else SDPA.
        share_prompts: store a prompt once for all its samples, where FlashAttention computes the
            decode step. Sums are rounded in another way.
        cuda_graphs: record the decode step once and replay it (CUDA only).
        temperature: 0 is greedy.
        top_p: nucleus mass in (0, 1].
        top_k: keep only the k likeliest tokens before the nucleus; 0 is off.
        max_new_tokens: most tokens of a completion.
        batch_size: samples decoded together. None is 32 on a CPU; on a GPU it is what its memory
            holds, up to 256.
        seed: decides, together with role, task and index, the noise of every sample.
        prompt_template: name of a template in ``prompts.TEMPLATES``.
        raw_completion: send the prompt as bare text to continue, without a chat template.
        stop: texts at which an answer ends; they are not part of it.
        replay_base: source of the base model's samples: files, ``canonical`` or ``stub``.
        replay_finetuned: the same for the fine-tuned model.
        recorded: the samples that were read from those files.
        openai_base_url: endpoint, such as ``http://127.0.0.1:8000/v1``; empty is the client's
            default.
        openai_finetuned_base_url: endpoint of the fine-tuned model; empty where it is the same.
        openai_extra_body: JSON object that is added to every request.
        openai_patience: seconds to wait for a server that has answered and stops answering.
        openai_base_model: the endpoint's name of the base model.
        openai_finetuned_model: the endpoint's name of the fine-tuned model.
        openai_api_key_env: environment variable that holds the key.
        openai_concurrency: requests in flight; None is 128 for servers on this machine or a private
            network, else 16.
        openai_choices: choices asked for in one request. Above 1, a sample's seed depends on the
            samples that share its request.
        openai_timeout: seconds that one request may take.
        openai_max_retries: further attempts after a failure that may pass.
        vllm_python: Python of the environment that has vLLM, or that environment's folder; empty is
            the place where the role ``vllm`` installs it.
        vllm_engine_args: JSON object of arguments for vLLM's engine; they override this package's.
        cluster: cluster of the pool's workers: ``local``, ``auto`` or the address of a Ray head;
            empty is this one process.
        gpus_per_worker: GPUs of one worker in a pool; fractions share a GPU.
        cpus_per_worker: CPUs of one worker where the cluster has no GPU; with 0 such a cluster is
            refused.

    Raises:
        ConfigError: if a value cannot be used.
    """

    backend: str = "transformers"
    base_model: str = DEFAULT_BASE_MODEL
    checkpoint_path: str = DEFAULT_CHECKPOINT
    base_revision: str = ""
    adapter_revision: str = ""
    own_tokenizers: bool = False
    finetuned_template: str = "base"
    allow_base_mismatch: bool = False
    device: str = "auto"
    dtype: str = "auto"
    load_in_4bit: bool = False
    trust_remote_code: bool = False
    attention: str = "auto"
    share_prompts: bool = False
    cuda_graphs: bool = True
    temperature: float = 0.2
    top_p: float = 0.95
    top_k: int = 0
    max_new_tokens: int = 512
    batch_size: int | None = None
    seed: int = 1234
    prompt_template: str = "default"
    raw_completion: bool = False
    stop: tuple[str, ...] = ()
    replay_base: str = ""
    replay_finetuned: str = ""
    recorded: Mapping[Role, Recorded] = field(default_factory=dict)
    openai_base_url: str = ""
    openai_finetuned_base_url: str = ""
    openai_extra_body: str = ""
    openai_patience: float = 300.0
    openai_base_model: str = ""
    openai_finetuned_model: str = ""
    openai_api_key_env: str = "OPENAI_API_KEY"
    openai_concurrency: int | None = None
    openai_choices: int = 1
    openai_timeout: float = 600.0
    openai_max_retries: int = 5
    vllm_python: str = ""
    vllm_engine_args: str = ""
    cluster: str = ""
    gpus_per_worker: float = 1.0
    cpus_per_worker: int = 0

    def limits(self) -> dict[str, object]:
        """Return the settings of sampling that every backend records in the same way."""
        return {
            "top_k": self.top_k,
            "max_new_tokens": self.max_new_tokens,
            "stop": list(self.stop),
            "seed": self.seed,
        }

    def __post_init__(self) -> None:
        """Refuse values that no backend could use."""
        require_choice(self.dtype, DTYPES, f"dtype is {self.dtype!r}")
        require_choice(self.attention, ATTENTIONS, f"attention is {self.attention!r}")
        require_choice(
            self.finetuned_template,
            FINETUNED_TEMPLATES,
            f"finetuned_template is {self.finetuned_template!r}",
        )
        _at_least("temperature", self.temperature, 0)
        _at_least("top_k", self.top_k, 0)
        _at_least("max_new_tokens", self.max_new_tokens, 1)
        if self.batch_size is not None:
            _at_least("batch_size", self.batch_size, 1)
        if self.openai_concurrency is not None:
            _at_least("openai_concurrency", self.openai_concurrency, 1)
        _at_least("openai_patience", self.openai_patience, 0)
        _json_object("openai_extra_body", self.openai_extra_body)
        _json_object("vllm_engine_args", self.vllm_engine_args)
        if "" in self.stop:
            raise ConfigError("a stop text is empty", "Every answer would end before it began.")
        _at_least("openai_choices", self.openai_choices, 1)
        _at_least("openai_max_retries", self.openai_max_retries, 0)
        _at_least("cpus_per_worker", self.cpus_per_worker, 0)
        if not self.gpus_per_worker > 0:
            raise ConfigError(f"gpus_per_worker is {self.gpus_per_worker}", "Give more than 0.")
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"top_p is {self.top_p}", "Give a number above 0 and at most 1.")
        if not self.openai_timeout > 0:
            raise ConfigError(
                f"openai_timeout is {self.openai_timeout}", "Give a number of seconds above 0."
            )


def _json_object(name: str, text: str) -> None:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ConfigError(f"{name} is {text!r}", 'Give a JSON object, such as {"priority": 1}.')


def _at_least(name: str, value: float, least: float) -> None:
    if not (math.isfinite(value) and value >= least):
        raise ConfigError(f"{name} is {value}", f"Give a number that is at least {least}.")
