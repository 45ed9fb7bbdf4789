"""What the statistics may be told: confidence, seeds and the size of the resampling."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StatisticsSettings(BaseModel):
    """Settings of every interval and test. The defaults are the ones reports are read with."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    """Coverage that every interval aims at."""
    alpha: float = Field(default=0.05, gt=0.0, lt=0.5)
    """Level of every test."""
    power: float = Field(default=0.8, gt=0.5, lt=1.0)
    """Power at which the minimum detectable difference is stated."""
    resamples: int = Field(default=10_000, ge=1_000)
    """Bootstrap resamples of clusters."""
    permutations: int = Field(default=100_000, ge=1_000)
    """Sign flips; all of them are enumerated where there are no more than this."""
    margin: float | None = Field(default=None, gt=0.0, lt=1.0)
    """Loss, as a share of one, up to which the fine-tuned model counts as no worse; null for no
    such statement."""
    touched: tuple[str, ...] = ()
    """Tasks that the training data hold; the result is also given without them."""
    contamination_sha256: str = ""
    """Digest of the file that names them (``evalpkg contamination``)."""
    seed: int = Field(default=1234, ge=0)
    """Seed of every resampling; each starts its own generator from it."""
