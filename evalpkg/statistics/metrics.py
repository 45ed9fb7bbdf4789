"""``metrics.json``: what one mode's rows amount to. See ``docs/metrics.md`` for every definition.

Shares and differences are fractions of one, not percent. A number that does not exist is null and
comes with a ``reason``; there is no NaN and no infinity.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics.statistics_settings import StatisticsSettings

IntervalMethod = Literal["bca", "wilson", "gain-loss", "newcombe", "t"]


class Frozen(BaseModel):
    """Base of all parts of the document: immutable, closed, finite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Interval(Frozen):
    """A confidence interval and how it was made."""

    low: float
    high: float
    method: IntervalMethod
    """``wilson``: score interval with the effective number of trials; ``t``: normal theory with the
    clustered standard error; ``gain-loss`` and ``newcombe``: score intervals of differences;
    ``bca``: bootstrap over clusters."""


class Bounds(Frozen):
    """The value if every sample without a verdict had failed, or had passed."""

    low: float
    high: float


class Estimate(Frozen):
    """A mean over tasks with its uncertainties."""

    value: float | None
    reason: str = ""
    """Why ``value`` is null; empty where it is not."""
    standard_error: float | None = None
    """Over tasks, clustered: how much the value would vary on new tasks like these."""
    new_tasks: Interval | None = None
    """Where the value would be on new tasks like these."""
    bootstrap: Interval | None = None
    """The same by the BCa bootstrap over clusters, as a check; null with too few clusters, or where
    all resamples agree."""
    same_tasks: Interval | None = None
    """Where the value would be if these same tasks were sampled again, without end."""
    missing: int = 0
    """Samples asked for that have no verdict."""
    bounds: Bounds | None = None
    """Null where nothing is missing."""


class PassAtK(Estimate):
    """Probability that at least one of ``k`` samples of a task is correct, mean over tasks."""

    k: int


class VerdictShare(Frozen):
    """How often one verdict was given.

    The shares of ``infra_error`` and ``task_fault`` are of the samples asked for.
    """

    kind: VerdictKind
    count: int
    share: Estimate


class ErrorCode(Frozen):
    """How many samples failed to compile with this first rustc error code."""

    code: str | None
    """Null for errors that rustc gives no code, such as syntax errors."""
    count: int


class TaskResult(Frozen):
    """Counts of one task: samples with a verdict, of which correct, of which compiled."""

    task_id: str
    cluster: str
    category: str
    n: int
    c: int
    compiled: int


class RuleVeto(Frozen):
    """What one rule of the policy rejected."""

    rule: str
    samples: int
    correct: int
    """Of these, samples that passed every test."""


class PolicyVeto(Frozen):
    """What the policy rejected, and how much of it was correct."""

    correct: int
    """Samples that passed every test."""
    vetoed_correct: int
    """Of these, samples that the policy rejected all the same."""
    vetoed_share: float | None
    """``vetoed_correct / correct``; null where nothing was correct."""
    vetoed: int
    """All samples with a verdict that break a rule."""
    rules: tuple[RuleVeto, ...]


class RuleCount(Frozen):
    """How many samples one extraction rule found its program in."""

    rule: str
    count: int


class Tokens(Frozen):
    """Length of the completions in tokens. Null where the source of the samples does not say."""

    mean: float | None
    median: float | None
    longest: int | None


class Answers(Frozen):
    """What the completions are like, whatever their verdicts."""

    ended_by_length: Estimate
    """Share of samples that were cut at the token limit."""
    empty: Estimate
    """Share of samples without any text but white space."""
    distinct_programs: Estimate
    """Distinct programs of a task over its samples with a verdict, mean over tasks."""
    tokens: Tokens
    extraction_rules: tuple[RuleCount, ...]


class TokenDifference(Frozen):
    """Mean tokens per completion, fine-tuned minus base, mean over tasks."""

    value: float | None
    reason: str = ""
    new_tasks: Interval | None = None


class RoleMetrics(Frozen):
    """Everything about one model in one mode."""

    role: Role
    samples_per_task: int
    asked: int
    judged: int
    infra_errors: int
    task_faults: int = 0
    """Samples whose task's own tests cannot be used."""
    absent: int
    """Samples asked for of which there is no row at all."""
    pass_at_k: tuple[PassAtK, ...]
    compile_rate: Estimate
    main_free_rate: Estimate
    verdicts: tuple[VerdictShare, ...]
    error_codes: tuple[ErrorCode, ...]
    per_task: tuple[TaskResult, ...]
    answers: Answers
    policy: PolicyVeto | None = None
    """Null in ``no-policy`` mode."""


class SamplingNoise(Frozen):
    """How much of a difference's squared error comes from drawing samples.

    The rest comes from which tasks there are.
    """

    share: float
    """Of the squared standard error, between 0 and 1."""
    samples: int
    """Samples per task that were drawn."""
    width: float
    """Of the interval on new tasks as it is."""
    other_samples: int
    """Another number of samples per task."""
    other_width: float
    """Width of the interval with that many."""
    endless_width: float
    """Width of the interval with endless samples of these tasks."""


class Difference(Frozen):
    """Fine-tuned minus base on the same tasks."""

    value: float | None
    reason: str = ""
    standard_error: float | None = None
    new_tasks: Interval | None = None
    """Where the difference would be on new tasks like these: ``value`` plus and minus a t quantile
    times the clustered standard error."""
    bootstrap: Interval | None = None
    """The same by the BCa bootstrap over clusters, as a check; null with too few clusters, or where
    all resamples agree."""
    same_tasks: Interval | None = None
    p_value: float | None = None
    """Two-sided sign-flip permutation test over clusters."""
    p_exact: bool = False
    """True where all sign flips were enumerated."""
    mcnemar_p: float | None = None
    """Exact McNemar test, where there is one sample per task; it ignores clusters."""
    won: int = 0
    lost: int = 0
    tied: int = 0
    effect_size: float | None = None
    """Mean over standard deviation of the per-task differences (Cohen's d_z)."""
    minimum_detectable: float | None = None
    """Smallest true difference that a run like this would detect at the stated power. Null where
    the spread is unknown, and where ``undeclarable``."""
    undeclarable: bool = False
    """True where there are so few distinct problems that no difference, however large, could have
    been declared."""
    at_least: float | None = None
    """One-sided lower bound: with the stated confidence the true difference is above it."""
    no_worse: bool | None = None
    """Whether ``at_least`` is above minus the margin; null where no margin was given."""
    noise: SamplingNoise | None = None
    """For pass@1 with at least two samples per task; null elsewhere."""
    bounds: Bounds | None = None
    distinguishable: bool = False
    """The interval on new tasks excludes zero and the permutation p is below alpha."""
    sentence: str


class DifferenceAtK(Difference):
    """The difference in pass@k."""

    k: int


class DifferenceOfVerdict(Difference):
    """The difference in one verdict's share."""

    kind: VerdictKind


class Comparison(Frozen):
    """The paired comparison of the two models in one mode."""

    pass_at_k: tuple[DifferenceAtK, ...]
    compile_rate: Difference
    main_free_rate: Difference
    ended_by_length: Difference
    empty: Difference
    distinct_programs: Difference
    completion_tokens: TokenDifference
    verdicts: tuple[DifferenceOfVerdict, ...]


class SensitivityLine(Frozen):
    """One pass@k seen another way: a subset of the tasks, or other weights. A look, not a test."""

    view: str
    """``without repaired tasks``, ``category macro-average`` or ``category: NAME``."""
    tasks: int
    clusters: int
    k: int
    values: dict[Role, float | None]
    difference: float | None = None
    interval: Interval | None = None
    """Of the difference, on new tasks like these."""


class SetDifference(Frozen):
    """Fine-tuned minus base in pass@k on one task set. A look, not a test."""

    k: int
    value: float | None
    interval: Interval | None = None
    """On new tasks like these."""


class SetOfRole(Frozen):
    """One model on one task set."""

    judged: int
    pass_at_k: tuple[PassAtK, ...]
    compile_rate: Estimate


class SetResult(Frozen):
    """The results on one of several task sets."""

    dataset: str
    tasks: int
    clusters: int
    roles: dict[Role, SetOfRole]
    differences: tuple[SetDifference, ...] = ()
    """Empty unless both models were run."""


class Metrics(Frozen):
    """The document. ``comparison`` is null unless both models were run."""

    schema_version: Literal[1] = 1
    mode: Mode
    settings: StatisticsSettings
    k_values: tuple[int, ...]
    tasks: int
    clusters: int
    roles: dict[Role, RoleMetrics]
    comparison: Comparison | None
    sensitivity: tuple[SensitivityLine, ...]
    sets: tuple[SetResult, ...] = ()
    """Each task set alone, where the run has several; everything above is about all together."""

    def to_json(self) -> str:
        """The text of ``metrics.json``: equal metrics give equal bytes."""
        return self.model_dump_json(indent=2) + "\n"


def metrics_schema() -> dict[str, Any]:
    """JSON Schema of ``metrics.json``."""
    return Metrics.model_json_schema(mode="serialization")
