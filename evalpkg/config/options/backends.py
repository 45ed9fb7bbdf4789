"""Settings of the replay, OpenAI and vLLM backends and of the pool of workers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evalpkg.config.options.setting import FOUND, Options, setting
from evalpkg.config.values import Count, JsonText, Patience, Seconds
from evalpkg.generation import GenerationSettings
from evalpkg.models import Role

DEFAULTS = GenerationSettings()


class BackendOptions(Options):
    """Settings of the replay, OpenAI and vLLM backends and of the pool of workers."""

    replay_base: str = setting(
        "",
        "replay: the base model's samples in any form that 'score' reads: FILE, FILE:MODEL for one "
        "of several models, or DIR[:base|:finetuned] of another run; or 'canonical' (the data "
        "set's own solutions) or 'stub' (todo!())",
        "Other backends",
    )
    replay_finetuned: str = setting(
        "", "replay: the same for the fine-tuned model", "Other backends"
    )
    samples_sha256: dict[Role, dict[str, str]] = setting(
        {}, "sha256 of each file of samples, by model", FOUND
    )
    uneven: dict[Role, dict[str, int]] = setting(
        {}, "number of samples of each task that has fewer than the others, by model", FOUND
    )
    openai_base_url: str = setting(
        "", "openai: the endpoint, such as http://127.0.0.1:8000/v1", "Other backends"
    )
    openai_base_model: str = setting(
        "", "openai: the endpoint's name for the base model", "Other backends"
    )
    openai_finetuned_model: str = setting(
        "", "openai: the endpoint's name for the fine-tuned model", "Other backends"
    )
    openai_api_key_env: str = setting(
        DEFAULTS.openai_api_key_env, "openai: environment variable with the key", "Other backends"
    )
    openai_finetuned_base_url: str = setting(
        "", "openai: the fine-tuned model's endpoint, if it has its own", "Other backends"
    )
    openai_extra_body: JsonText = setting(
        "", "openai: JSON object that is added to every request", "Other backends"
    )
    openai_patience: Patience = setting(
        DEFAULTS.openai_patience,
        "openai: seconds to wait for a server that has stopped answering",
        "Other backends",
        identity=False,
    )
    openai_concurrency: Count | None = setting(
        DEFAULTS.openai_concurrency,
        "openai: parallel requests; default: 128 to a server on this machine or in a private "
        "network, else 16",
        "Other backends",
        identity=False,
    )
    openai_choices: Count = setting(
        DEFAULTS.openai_choices, "openai: completions per request", "Other backends"
    )
    openai_timeout: Seconds = setting(
        DEFAULTS.openai_timeout,
        "openai: time limit of one request, in seconds",
        "Other backends",
        identity=False,
    )
    openai_max_retries: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.openai_max_retries,
        "openai: number of retries of a failed request",
        "Other backends",
        identity=False,
    )
    vllm_python: str = setting(
        "",
        "vllm: Python or virtual environment with vLLM; default: ~/.venvs/sigilderg-vllm",
        "Other backends",
        identity=False,
    )
    vllm_engine_args: JsonText = setting(
        "",
        "vllm: JSON object of engine arguments, such as "
        "'{\"gpu_memory_utilization\": 0.8}'; they override evalpkg's own",
        "Other backends",
    )
    cluster: str = setting(
        "",
        "generate in a pool of workers: local (every GPU of this machine), auto (the Ray cluster "
        "at RAY_ADDRESS) or the address of a Ray head; default: generate in this process",
        "Pool of workers",
        identity=False,
    )
    gpus_per_worker: Annotated[float, Field(gt=0)] = setting(
        DEFAULTS.gpus_per_worker, "GPUs per worker", "Pool of workers", identity=False
    )
    cpus_per_worker: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.cpus_per_worker,
        "CPUs per worker, if there is no GPU",
        "Pool of workers",
        identity=False,
    )
