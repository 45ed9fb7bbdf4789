"""What the configuration means for each stage."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.cachedir import cache_root
from evalpkg.scoring import ScoringSettings

if TYPE_CHECKING:
    from evalpkg.config import EvalConfig
    from evalpkg.generation.settings import GenerationSettings


def generation_settings(config: EvalConfig) -> GenerationSettings:
    """The configuration's fields that generation has too, by name."""
    from evalpkg.generation.settings import GenerationSettings

    shared = {field.name for field in fields(GenerationSettings)} & set(type(config).model_fields)
    given = {name: getattr(config, name) for name in shared}
    if config.skip_finetuned:
        given["checkpoint_path"] = ""
    return GenerationSettings(**given)


def scoring_settings(config: EvalConfig) -> ScoringSettings:
    """How programs are confined, limited and cached."""
    return ScoringSettings(
        sandbox_mode=config.sandbox_mode,
        timeout_s=config.timeout,
        compile_timeout_s=config.compile_timeout,
        memory_mb=config.memory_mb,
        output_kb=config.output_kb,
        workers=config.n_workers,
        cache=None if config.no_cache else verdict_cache(config.cache_dir),
        edition=config.edition,
    )


def verdict_cache(folder: Path | None) -> Path:
    """The file of the verdict cache, in ``folder`` or where this package keeps such things."""
    return (folder or cache_root()) / "verdicts.sqlite"
