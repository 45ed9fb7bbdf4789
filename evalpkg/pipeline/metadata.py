"""Builds ``eval_metadata.json`` from the configuration and the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from evalpkg.config import EvalConfig
from evalpkg.digests import sha256_file
from evalpkg.evidence import (
    CrateRecord,
    Dataset,
    DatasetPart,
    EvalMetadata,
    LockFile,
    Model,
    Prompt,
    Sandbox,
    Seeds,
    SelfCheck,
    ToolchainRecord,
    collect_environment,
    this_tool,
    without_secrets,
)
from evalpkg.generation import BACKENDS, Generated
from evalpkg.models import Role, TaskSet
from evalpkg.pipeline.facts import NOT_THE_RESULT, RunFacts
from evalpkg.reporting.progress.counter import utc_now
from evalpkg.scoring import Judged

# The metadata are written several times in a run, and both ask other programs.
_tool = cache(this_tool)
_environment = cache(collect_environment)


def build_metadata(
    config: EvalConfig,
    tasks: TaskSet,
    facts: RunFacts,
    *,
    scorer: Judged | None = None,
    finished: bool = True,
) -> EvalMetadata:
    """Collect everything that is needed to judge the run and to repeat it.

    Args:
        config: configuration of the run.
        tasks: tasks of the run.
        facts: facts that its sessions found out.
        scorer: provenance of the scorer that will judge; None if one has judged.
        finished: False while the run goes on; its end time is then empty.
    """
    generated, judged = facts.generated(), scorer or facts.judged()
    check = facts.self_check or {"passed": False, "outcome": "the self-check was not run"}
    return EvalMetadata(
        tool=_tool(),
        started_at=facts.started_at,
        finished_at=utc_now() if finished else "",
        arguments=arguments_of(config),
        modes=list(config.modes),
        roles=list(config.roles),
        num_samples=config.num_samples,
        uneven=config.uneven,
        k_values=list(config.k_values),
        shard=config.shard or "0/1",
        seeds=Seeds(run=config.seed, **facts.seeds),
        dataset=_dataset(tasks),
        prompt=_prompt(config, generated),
        models={role: _model(config, role, generated) for role in config.roles},
        generation=without_secrets(generated.as_json()) if generated else {},
        toolchain=ToolchainRecord(
            rustc=judged.rustc,
            flags=_flags(judged.rustc_flags),
            crates=[
                CrateRecord(
                    versions=list(one.versions), lock_sha256=one.lock_sha256, sha256=one.sha256
                )
                for one in judged.crates
            ],
        ),
        sandbox=Sandbox(provider=judged.sandbox, profile_sha256=judged.sandbox_profile_sha256),
        self_check=SelfCheck.model_validate(check),
        environment=_environment(),
        lock_file=_lock_file(config),
        warnings=list(_warnings(facts)),
        earlier=facts.earlier,
    )


def arguments_of(config: EvalConfig) -> dict[str, Any]:
    """Return every setting with its value, without passwords in URLs."""
    told = without_secrets(config.model_dump(mode="json"))
    told["openai_api_key_env"] = config.openai_api_key_env  # a variable's name, not its value
    return told


def identity_of(config: EvalConfig) -> dict[str, Any]:
    """Return the settings that identify an output directory's run.

    With another value for one of them, it would be another run.
    """
    told = {name: value for name, value in arguments_of(config).items() if config.binds(name)}
    if not config.samples_sha256:
        del told["samples_sha256"], told["uneven"]
    return told


def _dataset(tasks: TaskSet) -> Dataset:
    return Dataset(
        source=tasks.source,
        variant=tasks.variant,
        sha256=tasks.digest,
        overlay_sha256=tasks.overlay_digest,
        errata=[task.task_id for task in tasks.tasks if task.erratum],
        parts=[
            DatasetPart(
                name=source.name,
                sha256=source.digest,
                tasks=source.tasks,
                of=source.of,
                excluded={item.task_id: item.reason for item in source.excluded},
            )
            for source in tasks.sources
        ],
    )


def _prompt(config: EvalConfig, generated: Generated | None) -> Prompt:
    template = generated.prompt_template if generated else {}
    return Prompt(
        template=template.get("name", config.prompt_template),
        template_sha256=template.get("sha256", ""),
        chat_template_sha256=generated.chat_template_sha256 if generated else "",
        finetuned_chat_template_sha256=(
            generated.finetuned_chat_template_sha256 if generated else ""
        ),
    )


def _model(config: EvalConfig, role: Role, generated: Generated | None) -> Model:
    """Describe one model as the backend found it, or as the user named it before that."""
    found = generated.models.get(role) if generated else None
    if found is None:
        return Model(name=getattr(config, BACKENDS[config.backend].model_setting[role]))
    return Model(**{name: getattr(found, name) for name in Model.model_fields})


def _flags(command: Iterable[str]) -> list[str]:
    """Return the compiler's options without the paths of this machine."""
    return [word for word in command if word.startswith("-") and "/" not in word]


def _lock_file(config: EvalConfig) -> LockFile | None:
    if config.lock_file is None:
        return None
    return LockFile(name=config.lock_file.name, sha256=sha256_file(config.lock_file))


def _warnings(facts: RunFacts) -> Iterator[str]:
    """Yield warnings about facts that no other file of the run shows."""
    yield from facts.notes
    yield from facts.reused
    yield from dict.fromkeys(note for one in facts.generation for note in one.get("notes", ()))
    for name, sessions in (("generated", facts.generation), ("judged", facts.scoring)):
        if len(sessions) > 1:
            keys = sorted(
                {
                    key
                    for one in sessions
                    for key in one.keys() - NOT_THE_RESULT
                    if one[key] != sessions[0].get(key)
                }
            )
            yield (
                f"The samples were {name} in {len(sessions)} sessions that differ in "
                f"{', '.join(keys)}; the metadata describe the last."
            )
