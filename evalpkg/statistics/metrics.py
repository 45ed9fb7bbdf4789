"""``metrics.json``: the metrics of one mode. ``docs/metrics.md`` defines each of them.

Shares and differences are fractions of one, not percent. A number that does not exist is null, with
a ``reason``; there is no NaN and no infinity.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics.statistics_settings import StatisticsSettings

IntervalMethod = Literal["bca", "wilson", "gain-loss", "newcombe", "t"]


class Frozen(BaseModel):
    """Base of all parts of the document: immutable, no extra fields, only finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(Frozen):
    """A confidence interval and its method."""

    low: float
    high: float
    method: IntervalMethod
    """``wilson``: score interval with the effective number of trials; ``t``: t interval with the
    clustered standard error; ``gain-loss`` and ``newcombe``: score intervals of differences;
    ``bca``: bootstrap over clusters."""


class Bounds(Frozen):
    """The value if every sample without a verdict had failed (``low``) or passed (``high``)."""

    low: float
    high: float


class Estimate(Frozen):
    """A mean over tasks with its uncertainty."""

    value: float | None
    reason: str = ""
    """The reason why ``value`` is null; empty if it is not."""
    standard_error: float | None = None
    """Clustered standard error over tasks: how much the value would vary on new, similar tasks."""
    new_tasks: Interval | None = None
    """Interval for the value on new tasks like these."""
    bootstrap: Interval | None = None
    """The same interval by the BCa bootstrap over clusters, as a check; null with too few clusters,
    or if all resamples agree."""
    same_tasks: Interval | None = None
    """Interval for the value on these same tasks with endlessly many samples of each."""
    missing: int = 0
    """Samples asked for that have no verdict."""
    bounds: Bounds | None = None
    """Null if no sample is missing."""


class PassAtK(Estimate):
    """Mean over tasks of the probability that at least one of ``k`` samples is correct."""

    k: int


class VerdictShare(Frozen):
    """Count and share of one verdict.

    The share is of the samples with a verdict on the completion; for ``infra_error`` and
    ``task_fault`` it is of the samples asked for.
    """

    kind: VerdictKind
    count: int
    share: Estimate


class ErrorCode(Frozen):
    """Number of samples whose first compile error has this code."""

    code: str | None
    """Null for errors without a code, such as syntax errors."""
    count: int


class TaskResult(Frozen):
    """Counts of one task: samples with a verdict (``n``), of these correct (``c``) and compiled."""

    task_id: str
    cluster: str
    category: str
    n: int
    c: int
    compiled: int


class RuleVeto(Frozen):
    """Counts of the samples that one rule of the policy rejected."""

    rule: str
    samples: int
    correct: int
    """Of these, samples that passed every test."""


class PolicyVeto(Frozen):
    """Counts of the samples that the policy rejected, and of the correct ones among them."""

    correct: int
    """Samples that passed every test."""
    vetoed_correct: int
    """Of these, samples that the policy rejected."""
    vetoed_share: float | None
    """``vetoed_correct / correct``; null if no sample was correct."""
    vetoed: int
    """All samples with a verdict that break a rule."""
    rules: tuple[RuleVeto, ...]


class RuleCount(Frozen):
    """Number of samples in which one extraction rule found the program."""

    rule: str
    count: int


class Tokens(Frozen):
    """Length of the completions in tokens; null if the source of the samples does not give it."""

    mean: float | None
    median: float | None
    longest: int | None


class Answers(Frozen):
    """Properties of the completions, apart from their verdicts."""

    ended_by_length: Estimate
    """Share of samples that were cut at the token limit."""
    empty: Estimate
    """Share of samples that hold only white space."""
    distinct_programs: Estimate
    """Mean over tasks of distinct programs divided by samples with a verdict."""
    tokens: Tokens
    extraction_rules: tuple[RuleCount, ...]


class TokenDifference(Frozen):
    """Mean over tasks of the difference in tokens per completion, fine-tuned minus base."""

    value: float | None
    reason: str = ""
    new_tasks: Interval | None = None


class RoleMetrics(Frozen):
    """All metrics of one model in one mode."""

    role: Role
    samples_per_task: int
    asked: int
    judged: int
    infra_errors: int
    task_faults: int = 0
    """Samples of tasks whose own tests cannot be used."""
    absent: int
    """Samples asked for that have no row."""
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
    """The part of a difference's squared standard error that comes from drawing samples.

    The rest comes from the choice of tasks.
    """

    share: float
    """The part as a share of the whole, between 0 and 1."""
    samples: int
    """Samples per task that were drawn."""
    width: float
    """Width of the interval on new tasks."""
    other_samples: int
    """Another number of samples per task."""
    other_width: float
    """Width of the interval with that number."""
    endless_width: float
    """Width of the interval with endlessly many samples of these tasks."""


class Difference(Frozen):
    """Fine-tuned minus base on the same tasks."""

    value: float | None
    reason: str = ""
    standard_error: float | None = None
    new_tasks: Interval | None = None
    """Interval for the difference on new tasks like these: ``value`` plus and minus a t quantile
    times the clustered standard error."""
    bootstrap: Interval | None = None
    """The same interval by the BCa bootstrap over clusters, as a check; null with too few clusters,
    or if all resamples agree."""
    same_tasks: Interval | None = None
    """Interval for the difference on these same tasks with endlessly many samples of each."""
    p_value: float | None = None
    """p of the two-sided sign-flip permutation test over clusters."""
    p_exact: bool = False
    """True if all sign flips were tried."""
    mcnemar_p: float | None = None
    """p of the exact McNemar test, which ignores clusters; null unless each task has one sample."""
    won: int = 0
    """Tasks with a higher value for the fine-tuned model."""
    lost: int = 0
    """Tasks with a higher value for the base model."""
    tied: int = 0
    """Tasks with the same value for both models."""
    effect_size: float | None = None
    """Mean over standard deviation of the per-task differences (Cohen's d_z)."""
    minimum_detectable: float | None = None
    """Smallest true difference that a run like this would detect with the power of ``settings``.
    Null if the spread is unknown, or if ``undeclarable``."""
    undeclarable: bool = False
    """True if there are so few distinct problems that no difference, however large, could have been
    declared."""
    at_least: float | None = None
    """One-sided lower bound of the true difference, at the confidence of ``settings``."""
    no_worse: bool | None = None
    """True if ``at_least`` is above minus the margin; null without a margin."""
    noise: SamplingNoise | None = None
    """For pass@1 with at least two samples per task; else null."""
    bounds: Bounds | None = None
    """The difference if all samples without a verdict had counted against, or for, the fine-tuned
    model; null if none is missing."""
    distinguishable: bool = False
    """True if the interval on new tasks excludes zero and the permutation p is below alpha."""
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


UNTOUCHED = "without tasks that the training data hold"
"""View of the tasks that a corpus was not found to hold."""


class SensitivityLine(Frozen):
    """pass@k on a subset of the tasks or with other weights; a description, not a test."""

    view: str
    """``without repaired tasks``, ``category macro-average`` or ``category: NAME``."""
    tasks: int
    clusters: int
    k: int
    values: dict[Role, float | None]
    difference: float | None = None
    interval: Interval | None = None
    """Interval for the difference on new tasks like these."""


class SetDifference(Frozen):
    """Fine-tuned minus base in pass@k on one task set; a description, not a test."""

    k: int
    value: float | None
    interval: Interval | None = None
    """Interval for the difference on new tasks like these."""


class SetOfRole(Frozen):
    """The results of one model on one task set."""

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
    """One entry for each k; empty unless both models were run."""


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
    """Results on each task set alone, if the run has several; all else is about them together."""

    def to_json(self) -> str:
        """Return the text of ``metrics.json``; equal metrics give equal bytes."""
        return self.model_dump_json(indent=2) + "\n"
