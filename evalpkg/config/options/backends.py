"""Samples from a recording, a server, vLLM or a pool of workers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from evalpkg.config.options.setting import FOUND, setting
from evalpkg.config.values import Count, JsonText, Patience, Seconds
from evalpkg.generation import GenerationSettings
from evalpkg.models import Role

DEFAULTS = GenerationSettings()


class BackendOptions(BaseModel):
    """What the backends beside the built-in one need, and the pool of workers."""

    replay_base: str = setting(
        "",
        "replay: the base model's samples: FILE, FILE:MODEL where it holds several models', or "
        "DIR[:base|:finetuned] of another run, in any form that 'score' reads; 'canonical' (the "
        "data set's own solutions) or 'stub' (todo!())",
        "Other backends",
    )
    replay_finetuned: str = setting(
        "", "replay: the same for the fine-tuned model", "Other backends"
    )
    samples_sha256: dict[Role, dict[str, str]] = setting(
        {}, "sha256 of each file that samples were read from, by model", FOUND
    )
    uneven: dict[Role, dict[str, int]] = setting(
        {}, "tasks of which files hold fewer samples than of the rest, by model", FOUND
    )
    openai_base_url: str = setting(
        "", "openai: the endpoint, such as http://127.0.0.1:8000/v1", "Other backends"
    )
    openai_base_model: str = setting(
        "", "openai: what the endpoint calls the base model", "Other backends"
    )
    openai_finetuned_model: str = setting(
        "", "openai: what the endpoint calls the fine-tuned model", "Other backends"
    )
    openai_api_key_env: str = setting(
        DEFAULTS.openai_api_key_env, "openai: variable that holds the key", "Other backends"
    )
    openai_finetuned_base_url: str = setting(
        "", "openai: the fine-tuned model's endpoint, where it is another", "Other backends"
    )
    openai_extra_body: JsonText = setting(
        "", "openai: JSON object that is added to every request", "Other backends"
    )
    openai_patience: Patience = setting(
        DEFAULTS.openai_patience,
        "openai: seconds to wait for a server that answered before and does not now",
        "Other backends",
        identity=False,
    )
    openai_concurrency: Count | None = setting(
        DEFAULTS.openai_concurrency,
        "openai: requests in flight; default: 128 to a server on this machine or a private "
        "network, else 16",
        "Other backends",
        identity=False,
    )
    openai_choices: Count = setting(
        DEFAULTS.openai_choices, "openai: completions asked for per request", "Other backends"
    )
    openai_timeout: Seconds = setting(
        DEFAULTS.openai_timeout,
        "openai: seconds that one request may take",
        "Other backends",
        identity=False,
    )
    openai_max_retries: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.openai_max_retries,
        "openai: how often a request that failed is sent again",
        "Other backends",
        identity=False,
    )
    vllm_python: str = setting(
        "",
        "vllm: the Python that has vLLM, in an environment of its own; default: "
        "~/.venvs/sigilderg-vllm",
        "Other backends",
        identity=False,
    )
    vllm_engine_args: JsonText = setting(
        "",
        "vllm: JSON object of arguments of its engine, such as "
        "'{\"gpu_memory_utilization\": 0.8}'; they win over ours",
        "Other backends",
    )
    cluster: str = setting(
        "",
        "deal the samples to a pool of workers: local (every GPU of this machine), auto (the Ray "
        "cluster that RAY_ADDRESS names) or the address of a Ray head; default: this process",
        "Pool of workers",
        identity=False,
    )
    gpus_per_worker: Annotated[float, Field(gt=0)] = setting(
        DEFAULTS.gpus_per_worker, "GPUs of one worker", "Pool of workers", identity=False
    )
    cpus_per_worker: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.cpus_per_worker,
        "CPUs of one worker, where there is no GPU",
        "Pool of workers",
        identity=False,
    )
