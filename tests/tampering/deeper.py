"""Tamperings generated over the fields of every file: ``python -m tests.tampering.deeper RUN``.

Each field of each document is changed alone, and each setting in all places that state it. What
follows from the change is then made again. A field that nothing can contradict without a key is in
``TOLD``, with docs/evidence.md naming it; every other change must be found.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from evalpkg.evidence.answers import EMPTY
from evalpkg.models import Mode, Role
from evalpkg.store.layout import RunLayout
from tests.tampering.finding import checked, complaints
from tests.tampering.tamperings import (
    After,
    Change,
    Tampering,
    edit_json,
    lines,
)

OTHER = "11" * 32

_METADATA = """
    tool.commit tool.dirty started_at finished_at toolchain.rustc toolchain.flags
    toolchain.crates sandbox.provider sandbox.profile_sha256 environment.* lock_file hosts*
    generation.models.*.declared_base generation.engine generation.device generation.dtype
    generation.attention.* generation.rows generation.end_token_ids generation.libraries.*
    generation.speed.* generation.quantization generation.sampling.noise warnings
"""
_ARGUMENTS = """
    no_cuda_graphs reuse_base openai_patience openai_concurrency openai_timeout openai_max_retries
    vllm_python cluster gpus_per_worker cpus_per_worker batch_size dataset_file crates n_workers
    output_dir max_samples noise_share precision cache_dir no_cache allow_failed_gate signing_key
    lock_file skip_env_check noninteractive
"""
_UNUSED = """
    base_model checkpoint_path base_revision adapter_revision own_tokenizers allow_base_mismatch
    finetuned_template trust_remote_code device dtype load_in_4bit attention openai_*
    vllm_engine_args temperature share_prompts top_p top_k max_new_tokens prompt_template
    raw_completion stop replay_* policy
"""
_CHOSEN = "seed k_values timeout compile_timeout memory_mib output_kib sandbox_mode"

TOLD = (
    *(f"eval_metadata.json: {name}" for name in _METADATA.split()),
    *(f"eval_metadata.json: arguments.{name}" for name in _ARGUMENTS.split()),
    *(f"everywhere: {name}" for name in (_UNUSED + _CHOSEN).split()),
    *(
        "statistics: margin",
        "a warning invented",
        "the warnings emptied",
        "prompt: text",
    ),
    *(
        f"{role} row: {name}"
        for role in ("base", "finetuned")
        for name in ("detail", "error_code", "completion_ids_sha256")
    ),
    *(f"verdict row: {name}" for name in ("index", "source", "policy_violations")),
)
"""Tamperings by name, as patterns, that nothing finds without a key or work done again: what the
machine says of itself, settings that decide nothing, and settings said otherwise in every place."""

Place = tuple[str | int, ...]


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 0.9 + 0.001
    if isinstance(value, str):
        return OTHER if len(value) == len(OTHER) else value + "x"
    if isinstance(value, list):
        return value[:-1] or ["x"]
    return {"x": "x"} if isinstance(value, dict) else "x"


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a document that holds no other one, and every list as a whole."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*place, name))
        return
    yield place, value
    if isinstance(value, list) and value and not isinstance(value[0], str | int):
        yield from leaves(value[0], (*place, 0))


def put(document: Any, place: Place, value: Any) -> None:
    """Set the value at a place."""
    for name in place[:-1]:
        document = document[name]
    document[place[-1]] = value


def _named(place: Place) -> str:
    return ".".join(map(str, place))


def _documents(layout: RunLayout) -> Iterator[Tampering]:
    """Each field of the metadata, the configuration and the settings of the statistics."""
    for path in (layout.metadata, layout.config):
        name = path.name
        for place, value in leaves(json.loads(path.read_text("utf-8"))):
            edit = partial(put, place=place, value=changed(value))
            change = lambda own, name=name, edit=edit: edit_json(own.root / name, edit)  # noqa: E731
            yield Tampering(f"{name}: {_named(place)}", change, "")
    told = json.loads(layout.metrics(Mode.NO_POLICY).read_text("utf-8"))["settings"]
    for place, value in leaves(told):
        edit = partial(put, place=("settings", *place), value=changed(value))
        yield Tampering(f"statistics: {_named(place)}", _in_modes(edit), "", After.NOTHING)


def _in_modes(edit: Any) -> Change:
    """A change of the settings in both modes, with every number computed again from them."""

    def change(layout: RunLayout) -> None:
        from evalpkg.evidence import seal_run
        from evalpkg.evidence.metadata import read_metadata
        from evalpkg.statistics import StatisticsSettings, compute_metrics
        from evalpkg.store.records import read_rows, read_tasks

        about = read_metadata(layout)
        for mode in about.modes:
            document = json.loads(layout.metrics(mode).read_text("utf-8"))
            edit(document)
            try:
                settings = StatisticsSettings.model_validate(document["settings"])
            except ValueError:
                continue
            made = compute_metrics(
                read_tasks(layout.tasks),
                {role: read_rows(layout.samples(mode, role)) for role in about.roles},
                mode,
                dict.fromkeys(about.roles, about.num_samples),
                about.k_values,
                settings,
                about.uneven,
            )
            layout.metrics(mode).write_text(made.to_json(), "utf-8")
        seal_run(layout)

    return change


def _settings(layout: RunLayout) -> Iterator[Tampering]:
    """Each setting in every place that states it."""
    config = json.loads(layout.config.read_text("utf-8"))
    for name, value in config.items():
        new = changed(value)
        yield Tampering(f"everywhere: {name}", partial(_everywhere, name=name, value=new), "")


APART: dict[str, tuple[Place, ...]] = {
    "num_samples": (("num_samples",),),
    "k_values": (("k_values",),),
    "seed": (("seeds", "run"), ("seeds", "python"), ("seeds", "numpy"), ("seeds", "torch")),
    "dataset": (("dataset", "source"),),
    "dataset_variant": (("dataset", "variant"),),
    "prompt_template": (("prompt", "template"), ("generation", "prompt_template", "name")),
    "backend": (("generation", "backend"),),
    **{
        name: (("generation", "sampling", name),)
        for name in ("temperature", "top_p", "top_k", "max_new_tokens", "stop")
    },
}


def _everywhere(layout: RunLayout, name: str, value: Any) -> None:
    edit_json(layout.config, lambda c: c.update({name: value}))

    def edit(about: Any) -> None:
        about["arguments"][name] = value
        places = [*APART.get(name, ()), *([("generation", "sampling", name)] * (name == "seed"))]
        for place in places:
            holder = about
            for part in place[:-1]:
                holder = holder.get(part) or {}
            if holder.get(place[-1]) is not None:
                holder[place[-1]] = value

    edit_json(layout.metadata, edit)


def _records(layout: RunLayout) -> Iterator[Tampering]:
    """Each field of a row of each model, of a task, of a prompt and of a scored file's row."""
    for role in Role:
        paths = [layout.samples(mode, role) for mode in Mode]
        yield from _of_first(layout, f"{role.value} row", [p for p in paths if p.exists()])
    for name, path in (("task", layout.tasks), ("prompt", layout.prompts)):
        yield from _of_first(layout, name, [path] if path.exists() else [])
    yield from _of_first(layout, "verdict row", [layout.answers] * layout.answers.exists())


def _of_first(layout: RunLayout, name: str, paths: Sequence[Path]) -> Iterator[Tampering]:
    if not paths:
        return
    first = json.loads(paths[0].read_text("utf-8").splitlines()[0])
    names = [path.relative_to(layout.root) for path in paths]
    for field, value in first.items():

        def change(own: RunLayout, field: str = field, value: Any = value) -> None:
            for one in names:
                lines(own.root / one, lambda v: v[0].update({field: changed(value)}))

        yield Tampering(f"{name}: {field}", change, "")
    for what, edit in (("dropped", lambda v: v.pop()), ("twice", lambda v: v.append(v[-1]))):

        def all_of(own: RunLayout, edit: Any = edit) -> None:
            for one in names:
                lines(own.root / one, edit)

        yield Tampering(f"{name}: one {what}", all_of, "")


def _by_hand(layout: RunLayout) -> Iterator[Tampering]:
    """Return changes that are not changes of one field."""
    yield Tampering("a file of another kind added", _add("certificate.md"), "", After.MANIFEST)
    yield Tampering("rows of another model added", _add("policy/other.jsonl"), "", After.MANIFEST)
    for path in (layout.metadata, layout.config, layout.metrics(Mode.NO_POLICY)):
        name = path.relative_to(layout.root).as_posix()
        yield Tampering(f"{name}: a key twice", partial(_twice, name=name), "", After.MANIFEST)
    for name in (layout.manifest.name, layout.statement.name):
        yield Tampering(f"{name}: a key twice", partial(_twice, name=name), "", After.NOTHING)
    yield Tampering("an envelope that nobody signed", _forged_envelope, "", After.NOTHING)
    yield Tampering("a warning invented", _warn("Everything was looked at by hand."), "")
    yield Tampering("the warnings emptied", _unwarned, "")
    many = f"99% of the base model's answers (99 of 100) {EMPTY}"
    yield Tampering("a warning that says another number of empty answers", _warn(many), "")
    yield Tampering("tasks in another form", partial(_respaced, path="tasks.jsonl"), "")
    yield Tampering("one mode hidden", _hide_mode, "")


def _add(name: str) -> Change:
    def change(layout: RunLayout) -> None:
        (layout.root / name).write_text("excellent\n", "utf-8")

    return change


def _twice(layout: RunLayout, name: str) -> None:
    """Readers differ in which of two equal keys they take."""
    path = layout.root / name
    text = path.read_text("utf-8")
    key = next(iter(json.loads(text)))
    path.write_text(text.replace("{", f'{{\n  "{key}": 0,', 1), "utf-8")


def _respaced(layout: RunLayout, path: str) -> None:
    text = (layout.root / path).read_text("utf-8")
    (layout.root / path).write_text(text.replace('","', '", "', 1), "utf-8")


def _warn(text: str) -> Change:
    return lambda layout: edit_json(layout.metadata, lambda m: m["warnings"].append(text))


def _unwarned(layout: RunLayout) -> None:
    def edit(about: Any) -> None:
        about["warnings"] = [] if about["warnings"] else ["x"]

    edit_json(layout.metadata, edit)


def _forged_envelope(layout: RunLayout) -> None:
    """Names a key that never signed."""
    import base64

    from evalpkg.evidence import (
        PAYLOAD_TYPE,
        build_statement,
        read_metadata,
        read_metrics_documents,
        seal_run,
        signer_uri,
    )
    from evalpkg.store import pretty_json

    manifest = seal_run(layout)
    about, metrics = read_metadata(layout), read_metrics_documents(layout)
    forged = build_statement(layout, manifest, about, metrics, signer_uri(OTHER))
    payload = pretty_json(forged).encode()
    layout.statement.write_bytes(payload)
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": "22" * 32, "sig": base64.b64encode(b"x" * 64).decode()}],
    }
    layout.envelope.write_text(pretty_json(envelope))


def _hide_mode(layout: RunLayout) -> None:
    edit_json(layout.config, lambda c: c.update(no_policy_only=True))
    edit_json(layout.metadata, lambda m: m["arguments"].update(no_policy_only=True))
    edit_json(layout.metadata, lambda m: m.update(modes=["no-policy"]))


def deeper(root: Path) -> Iterator[Tampering]:
    """All of them, for one run."""
    layout = RunLayout(root)
    for make in (_documents, _settings, _records, _by_hand):
        yield from make(layout)


def told(name: str) -> bool:
    """Tell whether nothing can contradict this change."""
    return any(fnmatchcase(name, pattern) for pattern in TOLD)


def main(run: Path, wanted: str = "*") -> int:
    """Print every change with what finds it; 1 if one was missed that should be found."""
    honest = checked(run)
    if not honest.ok or honest.left_out:
        sys.exit(f"{run} is no honest run: {[check for check in honest.checks if not check.ok]}")
    every = [one for one in deeper(run) if fnmatchcase(one.name, wanted)]
    missed = believed = 0
    with tempfile.TemporaryDirectory() as folder:
        for one in every:
            found = complaints(run, one, Path(folder) / "copy")
            wrong = (not found) and not told(one.name)
            believed += not found
            missed += wrong
            mark = "!!" if wrong else "  "
            print(f"{mark} {one.name} | {', '.join(found) or 'not found'}", flush=True)
    print(f"{len(every)} tamperings, {believed} believed, {missed} of them not as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
