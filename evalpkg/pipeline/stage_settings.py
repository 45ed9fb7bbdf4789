"""Derives the settings of each stage from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.cachedir import cache_root
from evalpkg.generation import GenerationSettings
from evalpkg.scoring import ScoringSettings

if TYPE_CHECKING:
    from evalpkg.config import EvalConfig
    from evalpkg.models import Role
    from evalpkg.samples import Recorded


def generation_settings(
    config: EvalConfig, recorded: Mapping[Role, Recorded] | None = None
) -> GenerationSettings:
    """Return the settings of generation.

    Args:
        config: configuration of the run.
        recorded: samples that were read from files, for the replay backend.
    """
    return GenerationSettings(
        backend=config.backend,
        base_model=config.base_model,
        checkpoint_path="" if config.skip_finetuned else config.checkpoint_path,
        base_revision=config.base_revision,
        adapter_revision=config.adapter_revision,
        own_tokenizers=config.own_tokenizers,
        finetuned_template=config.finetuned_template,
        allow_base_mismatch=config.allow_base_mismatch,
        device=config.device,
        dtype=config.dtype,
        load_in_4bit=config.load_in_4bit,
        trust_remote_code=config.trust_remote_code,
        attention=config.attention,
        share_prompts=config.share_prompts,
        cuda_graphs=not config.no_cuda_graphs,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=config.top_k,
        max_new_tokens=config.max_new_tokens,
        batch_size=config.batch_size,
        seed=config.seed,
        prompt_template=config.prompt_template,
        replay_base=config.replay_base,
        replay_finetuned=config.replay_finetuned,
        recorded=recorded or {},
        raw_completion=config.raw_completion,
        stop=config.stop,
        openai_base_url=config.openai_base_url,
        openai_finetuned_base_url=config.openai_finetuned_base_url,
        openai_extra_body=config.openai_extra_body,
        openai_patience=config.openai_patience,
        openai_base_model="" if config.skip_base else config.openai_base_model,
        openai_finetuned_model="" if config.skip_finetuned else config.openai_finetuned_model,
        openai_api_key_env=config.openai_api_key_env,
        openai_concurrency=config.openai_concurrency,
        openai_choices=config.openai_choices,
        openai_timeout=config.openai_timeout,
        openai_max_retries=config.openai_max_retries,
        vllm_python=config.vllm_python,
        vllm_engine_args=config.vllm_engine_args,
        cluster=config.cluster,
        gpus_per_worker=config.gpus_per_worker,
        cpus_per_worker=config.cpus_per_worker,
    )


def scoring_settings(config: EvalConfig) -> ScoringSettings:
    """Return how programs are confined, limited and cached."""
    return ScoringSettings(
        sandbox_mode=config.sandbox_mode,
        timeout_s=config.timeout,
        compile_timeout_s=config.compile_timeout,
        memory_mib=config.memory_mib,
        output_kib=config.output_kib,
        workers=config.n_workers,
        cache=None if config.no_cache else verdict_cache(config.cache_dir),
        edition=config.edition,
        crates=config.crates,
    )


def verdict_cache(folder: Path | None) -> Path:
    """Return the file of the verdict cache, in ``folder`` or in this package's cache."""
    return (folder or cache_root()) / "verdicts.sqlite"
