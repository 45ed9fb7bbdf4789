"""The settings of the statistics: confidence, seed and the size of the resampling."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StatisticsSettings(BaseModel):
    """Settings of every interval and test."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    """Nominal coverage of every interval."""
    alpha: float = Field(default=0.05, gt=0.0, lt=0.5)
    """Significance level of every test."""
    power: float = Field(default=0.8, gt=0.5, lt=1.0)
    """Power for which the minimum detectable difference is computed."""
    resamples: int = Field(default=10_000, ge=1_000)
    """Bootstrap resamples of clusters."""
    permutations: int = Field(default=100_000, ge=1_000)
    """Sign flips of the permutation test; if there are no more than this, all are tried."""
    margin: float | None = Field(default=None, gt=0.0, lt=1.0)
    """Non-inferiority margin, as a fraction of one: with a loss up to this the fine-tuned model
    counts as no worse. Null for no such statement."""
    touched: tuple[str, ...] = ()
    """Ids of the tasks that the training data contain; the result is also given without them."""
    contamination_sha256: str = ""
    """sha256 of the file that names those tasks (``evalpkg contamination``)."""
    seed: int = Field(default=1234, ge=0)
    """Seed of every resampling; each resampling starts a generator of its own from it."""
