"""Check of the metadata: facts that occur twice or follow from other files must agree.

Nothing here can contradict the facts that only the machine itself reports, such as its hardware,
its clock and its sandbox. docs/evidence.md lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from evalpkg.digests import sha256_hex
from evalpkg.errors import ConfigError
from evalpkg.evidence import EvalMetadata, self_check_passed, with_answer_warnings
from evalpkg.generation import EMBEDDED, LOADING, get_template
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.store import CANONICAL, STUB, WHOLE, differences, grown_settings, read_json
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence, with_releases

FILE = "eval_metadata.json"

_COMMIT = re.compile("[0-9a-f]{40}([0-9a-f]{24})?")

_MODEL = ("name", "revision", "weights", "adapter", "adapter_revision", "adapter_weights")


def check_told(evidence: Evidence) -> Check:
    """Check that nothing in the metadata contradicts itself, the rows or the tasks."""
    metadata = evidence.metadata
    problems = [
        *_of_tool(metadata),
        *_of_times(metadata),
        *_of_data_set(evidence),
        *_of_models(metadata),
        *_of_generation(metadata),
        *_of_sandbox(metadata),
        *_of_self_check(evidence),
        *_of_packages(metadata),
        *_of_warnings(evidence),
        *_of_growth(evidence),
        *_of_hosts(metadata),
    ]
    held = "agree with themselves, the rows and the tasks"
    check = conclude("metadata", [f"{FILE}, {text}" for text in problems], held)
    return with_releases(check, evidence)


def generations(metadata: EvalMetadata) -> dict[str, Mapping[str, Any]]:
    """Return the backend's facts by host; one entry without name if all hosts agree."""
    told = metadata.generation
    if not told or "backend" in told:
        return {"": told}
    return {host: one for host, one in told.items() if isinstance(one, Mapping)}


def _of_tool(metadata: EvalMetadata) -> Iterator[str]:
    tool = metadata.tool
    if tool.commit and not _COMMIT.fullmatch(tool.commit):
        yield f"tool.commit: {tool.commit!r} is no commit"
    if tool.dirty and not tool.commit:
        yield "tool.dirty: true without a commit"
    installed = metadata.environment.packages.get("evalpkg", tool.version)
    if installed != tool.version:
        yield f"tool.version is {tool.version}, expected {installed} as in environment.packages"


def _of_times(metadata: EvalMetadata) -> Iterator[str]:
    spans = [("", metadata.started_at, metadata.finished_at)]
    spans += [(f"hosts {h.shard} ", h.started_at, h.finished_at) for h in metadata.hosts]
    for name, start, end in spans:
        try:
            began, ended = datetime.fromisoformat(start), datetime.fromisoformat(end)
        except ValueError:
            yield f"{name}started_at and finished_at: {start!r} and {end!r} are no times"
            continue
        if began.tzinfo is None or ended.tzinfo is None or began > ended:
            yield f"{name}finished_at is {end}, before started_at or without a time zone"
    if metadata.hosts:
        for name, pick in (("started_at", min), ("finished_at", max)):
            found, expected = (
                getattr(metadata, name),
                pick(getattr(host, name) for host in metadata.hosts),
            )
            if found != expected:
                yield f"{name} is {found}, expected {expected} as of the hosts"


def _of_data_set(evidence: Evidence) -> Iterator[str]:
    dataset, tasks = evidence.metadata.dataset, evidence.tasks
    digests = [part.sha256 for part in dataset.parts]
    expected = digests[0] if len(digests) == 1 else sha256_hex("\0".join(digests))
    if digests and dataset.sha256 != expected:
        yield f"dataset.sha256 is {dataset.sha256}, expected {expected} as of its parts"
    count = sum(part.tasks for part in dataset.parts)
    if digests and count != len(tasks):
        yield f"dataset.parts: {count} tasks, and tasks.jsonl has {len(tasks)}"
    for part in dataset.parts:
        if part.tasks > part.of:
            yield f"dataset.parts: {part.tasks} tasks of {part.name}, of {part.of}"
    errata = [task.task_id for task in tasks if task.erratum]
    if dataset.errata != errata:
        yield f"dataset.errata: {len(dataset.errata)} tasks, expected {len(errata)}"
    limit = evidence.metadata.arguments.get("limit")
    if isinstance(limit, int) and len(tasks) > limit:
        yield f"arguments.limit is {limit}, and tasks.jsonl has {len(tasks)} tasks"


def _of_models(metadata: EvalMetadata) -> Iterator[str]:
    """Check that each model is the one that the backend and the arguments name."""
    arguments = metadata.arguments
    for host, generation in generations(metadata).items():
        for role, model in metadata.models.items():
            own = model.model_dump()
            told = (generation.get("models") or {}).get(role.value)
            if told is not None:
                told = {name: told.get(name) for name in _MODEL}
                where = f"generation{'.' if host else ''}{host}.models.{role.value}"
                for change in differences(told, own):
                    yield f"models.{role.value} and {where} disagree: {change}"
    for role, model in metadata.models.items():
        where = f"models.{role.value}"
        if arguments.get("backend") == "replay":
            source = arguments.get(f"replay_{role.value}")
            files = (arguments.get("samples_sha256") or {}).get(role.value) or {}
            for change in differences(model.weights, files, f"{where}.weights"):
                yield f"{change}, as of the replayed files"
            if source in (STUB, CANONICAL) and model.name != source:
                yield f"{where}.name is {model.name!r}, expected {source!r}"
        elif arguments.get("backend") in LOADING:
            tuned, base = arguments.get("checkpoint_path"), arguments.get("base_model")
            whole = role is Role.FINETUNED and not model.adapter
            yield from _named(f"{where}.name", model.name, tuned if whole else base)
            if role is Role.FINETUNED and model.adapter:
                yield from _named(f"{where}.adapter", model.adapter, tuned)
            if role is Role.BASE and (model.adapter or model.adapter_weights):
                yield f"{where}.adapter: the base model has none"
        elif arguments.get("backend") == "openai":
            asked = arguments.get(f"openai_{role.value}_model")
            yield from _named(f"{where}.name", model.name, asked or model.name)


def _named(where: str, found: str, asked: object) -> Iterator[str]:
    """Check a name that the user gave; the embedded model has the name of its origin."""
    if asked == EMBEDDED:
        if not found.endswith(f"({EMBEDDED})"):
            yield f"{where} is {found!r}, and the embedded one was asked for"
    elif found != asked:
        yield f"{where} is {found!r}, expected {asked!r} as in the arguments"


def _of_generation(metadata: EvalMetadata) -> Iterator[str]:
    """Check the backend's facts against arguments, prompt and packages."""
    arguments, prompt = metadata.arguments, metadata.prompt
    if prompt.template_sha256:
        try:
            expected = get_template(prompt.template).sha256
        except ConfigError:
            expected = ""
        if prompt.template_sha256 != expected:
            yield f"prompt.template_sha256 is {prompt.template_sha256}, expected {expected}"
    for host, told in generations(metadata).items():
        if not told:
            continue
        where = f"generation{'.' if host else ''}{host}"
        template = told.get("prompt_template") or {}
        pairs: list[tuple[str, object, object]] = [
            ("prompt_template.name", template.get("name", prompt.template), prompt.template),
            ("prompt_template.sha256", template.get("sha256", ""), prompt.template_sha256),
            (
                "chat_template_sha256",
                told.get("chat_template_sha256", ""),
                prompt.chat_template_sha256,
            ),
            (
                "finetuned_chat_template_sha256",
                told.get("finetuned_chat_template_sha256", ""),
                prompt.finetuned_chat_template_sha256,
            ),
        ]
        tuned = metadata.models.get(Role.FINETUNED)
        if tuned and tuned.adapter and arguments.get("backend") in LOADING:
            asked = arguments.get("finetuned_template", "base")
            pairs.append(("finetuned_template", told.get("finetuned_template", "base"), asked))
        asked_dtype = arguments.get("dtype")
        if "dtype" in told and asked_dtype not in (None, "auto"):
            pairs.append(("dtype", told["dtype"], asked_dtype))
        if "quantization" in told:
            quantized = bool(arguments.get("load_in_4bit"))
            pairs.append(("quantization", bool(told["quantization"]), quantized))
        if "chat_template" in told:
            used = "none" if arguments.get("raw_completion") else "the tokenizer's"
            pairs.append(("chat_template", told["chat_template"], used))
        for name, found, wanted in pairs:
            if found != wanted:
                yield f"{where}.{name} is {found!r}, expected {wanted!r}"
        for note in told.get("notes") or ():
            if note not in metadata.warnings:
                yield f"warnings: lack what {where}.notes says: {note!r:.80}"


def _of_sandbox(metadata: EvalMetadata) -> Iterator[str]:
    asked, found = metadata.arguments.get("sandbox_mode"), metadata.sandbox.provider
    if asked not in (None, "auto", found):
        yield f"sandbox.provider is {found!r}, expected {asked!r} as in the arguments"
    if asked == "auto" and found == "none":
        yield "sandbox.provider is 'none', which is used only if it is asked for"
    if metadata.toolchain.rustc and not metadata.toolchain.rustc.startswith("rustc "):
        yield f"toolchain.rustc: {metadata.toolchain.rustc!r:.60} is no version of rustc"


def _of_self_check(evidence: Evidence) -> Iterator[str]:
    """Check the self-check's outcome, and that no verdict contradicts it."""
    check = evidence.metadata.self_check
    if check.overridden and (
        check.passed or not evidence.metadata.arguments.get("allow_failed_gate", True)
    ):
        yield "self_check.overridden: true, and the check passed or no override was asked for"
    if not check.passed and not check.overridden:
        yield "self_check: neither passed nor overridden, and the run has results"
    if not check.passed:
        return
    expected = self_check_passed(evidence.tasks)
    if check.outcome != expected:
        yield f"self_check.outcome is {check.outcome!r:.100}, expected {expected!r}"
    solved = {task.task_id for task in evidence.tasks if task.canonical_solution.strip()}
    faults = {
        row.task_id
        for rows in evidence.rows.values()
        for row in rows
        if row.verdict is VerdictKind.TASK_FAULT and row.task_id in solved
    }
    if faults:
        named = ", ".join(sorted(faults)[:5])
        yield f"self_check passed, and rows call the tests of {len(faults)} tasks broken: {named}"


def _of_packages(metadata: EvalMetadata) -> Iterator[str]:
    """Check the notable packages against the list of all, on every host."""
    machines = [("environment", metadata.environment)]
    machines += [(f"hosts {host.shard} environment", host.environment) for host in metadata.hosts]
    for where, environment in machines:
        frozen = dict(
            text.split("==", 1) for text in environment.pip_freeze if "==" in text.split(" @ ")[0]
        )
        known = {re.sub(r"[-_.]+", "-", name).lower(): one for name, one in frozen.items()}
        for name, found in environment.packages.items():
            if known.get(name, found) != found:
                yield f"{where}.packages.{name} is {found}, expected {known[name]} as in pip_freeze"


def _of_warnings(evidence: Evidence) -> Iterator[str]:
    """Check the warnings that follow from the rows; the machine alone reports the others."""
    mode: Mode = evidence.modes[0]
    rows = {role: evidence.rows[mode, role] for role in evidence.roles}
    found = evidence.metadata.warnings
    expected = with_answer_warnings(found, rows)
    for text in expected:
        if text not in found:
            yield f"warnings: missing: {text!r:.120}"
    for text in found:
        if text not in expected:
            yield f"warnings: does not follow from the rows: {text!r:.120}"


def _of_growth(evidence: Evidence) -> Iterator[str]:
    """Check that each earlier configuration could grow into the next."""
    metadata = evidence.metadata
    later = read_json(evidence.layout.config)
    for number, earlier in reversed(list(enumerate(metadata.earlier))):
        before = {**later, **earlier}
        if not earlier or grown_settings(before, later) != earlier:
            yield f"earlier[{number}]: a run does not grow from {earlier}"
        later = before
    if metadata.uneven != (metadata.arguments.get("uneven") or {}):
        yield "uneven: not as in the arguments"


def _of_hosts(metadata: EvalMetadata) -> Iterator[str]:
    asked = metadata.arguments.get("shard") or str(WHOLE)
    if not metadata.hosts and metadata.shard != asked:
        yield f"shard is {metadata.shard}, expected {asked} as in the arguments"
    shards = [host.shard for host in metadata.hosts]
    if metadata.hosts:
        of = {shard.partition("/")[2] for shard in shards}
        if len(of) != 1 or len(set(shards)) < int(of.pop()):
            yield f"hosts: the parts {', '.join(shards)} are no whole run"
