"""The origin of the numbers, and the warnings that a reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalpkg.evidence import Environment, EvalMetadata, Model, Provisioning, tells_of_cuts
from evalpkg.models import Mode, Role, Task
from evalpkg.reporting.format import plain, plural
from evalpkg.reporting.labels import MODE, ROLE
from evalpkg.reporting.view.answers import cut_warnings
from evalpkg.reporting.view.origin import limits_line, sampling_line, subset_note
from evalpkg.statistics import Metrics

Facts = tuple[tuple[str, str], ...]
"""Label and value, in reading order."""

DIGITS = 16
"""Digits shown of a digest, enough to recognise it; ``eval_metadata.json`` has all 64."""


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under one heading."""

    title: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Erratum:
    """One task whose test or solution differs from the data set's."""

    task_id: str
    text: str


def model_names(metadata: EvalMetadata | None, roles: Sequence[Role]) -> dict[Role, str]:
    """Name the evaluated model: the adapter of the fine-tuned one, the name of the base."""
    names = {}
    for role in roles:
        model = metadata.models.get(role) if metadata else None
        names[role] = plain(model.adapter or model.name) if model else "name not recorded"
    return names


def warnings(metadata: EvalMetadata | None, metrics: Mapping[Mode, Metrics]) -> list[str]:
    """List everything that weakens the result, the gravest first."""
    first = next(iter(metrics.values()))
    cut = cut_warnings(first)
    found = _warnings_of_run(metadata) + _warnings_of_rows(first) + cut
    if metadata is not None:
        found += [plain(text) for text in metadata.warnings if not (cut and tells_of_cuts(text))]
        found += [
            f"Host {plain(host.shard)}: {plain(text)}"
            for host in metadata.hosts
            for text in host.warnings
        ]
    return list(dict.fromkeys(found))


def _warnings_of_run(metadata: EvalMetadata | None) -> list[str]:
    if metadata is None:
        return [
            "There is no eval_metadata.json: models, versions and sandbox of this run are unknown."
        ]
    found = []
    if metadata.sandbox.provider == "none":
        found.append("Unsandboxed: the programs ran unconfined on the machine that scored them.")
    check = metadata.self_check
    if not check.passed:
        went = "was overridden" if check.overridden else "did not pass"
        found.append(f"The self-check before the run {went}: {plain(check.outcome)}")
    if metadata.tool.dirty:
        found.append("The evaluation ran from a checkout with uncommitted changes.")
    if metadata.shard != "0/1":
        found.append(f"Only part {metadata.shard} of a run is in this directory.")
    if not metadata.finished_at:
        found.append("The run has not finished.")
    return found


def _warnings_of_rows(metrics: Metrics) -> list[str]:
    found = []
    for role, own in metrics.roles.items():
        asked = f"of {own.asked:,} asked for"
        if own.infra_errors:
            errors = plural(own.infra_errors, "sample")
            found.append(
                f"{ROLE[role]}: {errors} {asked} ended in an infrastructure error and count"
                " neither as passed nor as failed."
            )
        if own.task_faults:
            found.append(
                f"{ROLE[role]}: {plural(own.task_faults, 'sample')} {asked} cannot be judged,"
                " because the tests of their task cannot be used. They count neither as passed nor"
                " as failed."
            )
        if own.absent:
            found.append(f"Incomplete: {own.absent:,} samples {asked} are missing, {ROLE[role]}.")
    return found


def omissions(metrics: Mapping[Mode, Metrics]) -> list[str]:
    """List what this run was not asked to measure."""
    first = next(iter(metrics.values()))
    said = [
        f"The {ROLE[role].lower()} model was not part of this run."
        for role in Role
        if role not in first.roles
    ]
    said += [
        f"The mode {MODE[mode]!r} was not part of this run." for mode in Mode if mode not in metrics
    ]
    for own in first.roles.values():
        said += [f"pass@{p.k} is n/a: {p.reason}." for p in own.pass_at_k if p.value is None]
    return list(dict.fromkeys(said))


def errata(tasks: Sequence[Task]) -> list[Erratum]:
    """List the tasks that differ from the published data set."""
    return [Erratum(plain(t.task_id), plain(t.erratum)) for t in tasks if t.erratum]


def fact_groups(metadata: EvalMetadata | None, metrics: Metrics) -> list[FactGroup]:
    """Collect environment, versions, inputs and settings."""
    groups = []
    if metadata is not None:
        groups = [
            *(_model_facts(role, model, metadata) for role, model in metadata.models.items()),
            _scoring_facts(metadata),
            _run_facts(metadata),
            _machine_facts(metadata.environment),
        ]
    groups.append(_statistics_facts(metrics))
    kept = (FactGroup(g.title, tuple((k, plain(v)) for k, v in g.facts if v)) for g in groups)
    return [group for group in kept if group.facts]


def _model_facts(role: Role, model: Model, metadata: EvalMetadata) -> FactGroup:
    prompt = metadata.prompt
    template = prompt.chat_template_sha256
    if role is Role.FINETUNED:
        template = prompt.finetuned_chat_template_sha256 or template
    return FactGroup(
        f"{ROLE[role]} model",
        (
            ("Model", model.name),
            ("Revision", model.revision),
            ("Weights", _digests(model.weights)),
            ("Adapter", model.adapter),
            ("Adapter revision", model.adapter_revision),
            ("Adapter files", _digests(model.adapter_weights)),
            ("Chat template sha256", template[:DIGITS]),
        ),
    )


def _scoring_facts(metadata: EvalMetadata) -> FactGroup:
    data, sandbox = metadata.dataset, metadata.sandbox
    rustc = metadata.toolchain.rustc.splitlines()
    check = metadata.self_check
    return FactGroup(
        "Tasks and scoring",
        (
            ("Data set", f"{data.source}, {data.variant}"),
            ("Tasks asked", subset_note(metadata)),
            ("Data set sha256", data.sha256[:DIGITS]),
            ("Repairs sha256", data.overlay_sha256[:DIGITS]),
            ("Prompt template", metadata.prompt.template),
            ("Compiler", rustc[0] if rustc else "not recorded"),
            ("Sandbox", sandbox.provider),
            ("Sandbox profile sha256", sandbox.profile_sha256[:DIGITS]),
            ("Limits", limits_line(metadata)),
            ("Self-check", check.outcome),
        ),
    )


def _run_facts(metadata: EvalMetadata) -> FactGroup:
    tool = metadata.tool
    commit = f", commit {tool.commit[:12]}" if tool.commit else ""
    decoding = ", ".join(f"{k} {v}" for k, v in metadata.generation.items() if _short(v))
    return FactGroup(
        "Run",
        (
            ("evalpkg", f"{tool.version}{commit}{', uncommitted changes' if tool.dirty else ''}"),
            ("Started", metadata.started_at),
            ("Finished", metadata.finished_at or "not finished"),
            ("Samples per task", str(metadata.num_samples)),
            ("Seed", str(metadata.seeds.run)),
            ("Earlier settings", "; then ".join(_settings(one) for one in metadata.earlier)),
            ("Sampling", sampling_line(metadata)),
            ("Generation", decoding),
            ("Hosts", str(len(metadata.hosts)) if metadata.hosts else ""),
        ),
    )


def _machine_facts(environment: Environment) -> FactGroup:
    gpus = [f"{gpu.name} ({gpu.memory}, driver {gpu.driver})" for gpu in environment.gpus]
    cuda = environment.cuda
    versions = [f"{name} {version}" for name, version in environment.packages.items()]
    return FactGroup(
        "Machine",
        (
            ("System", f"{environment.os}, {environment.kernel}, {environment.architecture}"),
            ("CPU", f"{environment.cpu}, {plural(environment.cpus, 'CPU')} in use"),
            ("Memory", f"{environment.memory_gib:g} GiB"),
            ("GPU", "; ".join(gpus) or "none"),
            ("CUDA", ", ".join(f"{n} {v}" for n, v in cuda.model_dump().items() if v)),
            ("Python", environment.python),
            ("Packages", ", ".join(versions)),
            *_provisioning_facts(environment.provisioning),
        ),
    )


def _provisioning_facts(record: Provisioning | None) -> tuple[tuple[str, str], ...]:
    if record is None:
        return ()
    driver, flash = record.driver, record.flash_attention
    why = {"": "", "none": ", as there is no GPU"}.get(driver, f" for driver {driver}")
    facts = (("Provisioned", f"torch {record.torch}{why}"),)
    if flash is None:
        return facts
    outcome = "installed" if flash.installed else f"not installed: {flash.reason or 'unknown'}"
    return (*facts, ("FlashAttention 2", outcome))


def _statistics_facts(metrics: Metrics) -> FactGroup:
    settings = metrics.settings
    return FactGroup(
        "Statistics",
        (
            ("Tasks", f"{metrics.tasks:,} in {plural(metrics.clusters, 'cluster')}"),
            ("Confidence", f"{100 * settings.confidence:g} %"),
            ("Bootstrap", f"{settings.resamples:,} resamples of clusters, seed {settings.seed}"),
            ("Permutation test", f"up to {settings.permutations:,} sign flips"),
        ),
    )


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _digests(files: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {digest[:DIGITS]}" for name, digest in files.items())


def _short(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and len(str(value)) <= 80
