"""Forgeries of a run: each is a change of its directory, with the check that finds it.

A forger knows this program: after the change everything that follows from it is made again, as far
as ``after`` says, so that no digest gives it away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError
from evalpkg.evidence import seal_run
from evalpkg.models import Mode, Role
from evalpkg.pipeline import publish
from evalpkg.store.layout import RunLayout

Change = Callable[[RunLayout], None]


class After(Enum):
    """Files that the forger makes again after the change."""

    NOTHING = "nothing"
    MANIFEST = "manifest and statement"
    METRICS = "metrics, manifest and statement"
    EVERYTHING = "metrics, reports, manifest and statement"


class Needs(Enum):
    """Option of ``verify`` that is needed to find the change."""

    NOTHING = ""
    RESCORE = "--rescore"
    REGENERATE = "--regenerate"
    NOTHING_FINDS_IT = "not found"


@dataclass(frozen=True)
class Tampering:
    """One change.

    Attributes:
        name: in words.
        found_by: name of the check that must complain; empty where none does.
    """

    name: str
    change: Change
    found_by: str
    after: After = After.METRICS
    needs: Needs = Needs.NOTHING

    def apply(self, root: Path) -> None:
        """Change the run in ``root``, and make again what follows."""
        layout = RunLayout(root)
        self.change(layout)
        if self.after is After.EVERYTHING:
            publish.publish(layout, publish.RunContent.read(layout))
        elif self.after is After.METRICS:
            with suppress(DataError):  # of some rows no metrics can be made: the old ones stay
                publish.write_metrics(layout, publish.RunContent.read(layout))
            _seal(layout)
        elif self.after is After.MANIFEST:
            _seal(layout)


def _seal(layout: RunLayout) -> None:
    """Make manifest and statement again; keep the old ones if a file cannot be read."""
    with suppress(DataError):
        seal_run(layout)


def edit_json(path: Path, edit: Callable[[Any], None]) -> None:
    """Change a JSON document in place."""
    value = json.loads(path.read_text("utf-8"))
    edit(value)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def lines(path: Path, edit: Callable[[list[Any]], None]) -> None:
    """Change the objects of a JSON Lines file."""
    values = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    edit(values)
    texts = (json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values)
    path.write_text("".join(text + "\n" for text in texts), "utf-8")


def rows(
    edit: Callable[[list[Any]], None],
    role: Role = Role.FINETUNED,
    modes: tuple[Mode, ...] = tuple(Mode),
) -> Change:
    """A change of one model's rows."""

    def change(layout: RunLayout) -> None:
        for mode in modes:
            lines(layout.samples(mode, role), edit)

    return change


def row(place: int = 0, *, role: Role = Role.FINETUNED, **fields: Any) -> Change:
    """A change of fields of one row."""
    return rows(lambda values: values[place].update(fields), role)


def metadata(edit: Callable[[Any], None]) -> Change:
    """A change of the metadata."""
    return lambda layout: edit_json(layout.metadata, edit)


def arguments(**values: Any) -> Change:
    """A change of the arguments in the metadata."""
    return metadata(lambda m: m["arguments"].update(values))


def both(**values: Any) -> Change:
    """A change of configuration and arguments alike."""

    def change(layout: RunLayout) -> None:
        edit_json(layout.config, lambda c: c.update(values))
        edit_json(layout.metadata, lambda m: m["arguments"].update(values))

    return change


def tasks(edit: Callable[[list[Any]], None]) -> Change:
    """A change of the tasks."""
    return lambda layout: lines(layout.tasks, edit)


def first_task(name: str, value: str) -> Change:
    """A change of one field of the first task."""
    return tasks(lambda values: values[0].update({name: value}))


def page(old: str, new: str) -> Change:
    """A change of the HTML report."""

    def change(layout: RunLayout) -> None:
        text = layout.html.read_text("utf-8")
        assert old in text, old
        layout.html.write_text(text.replace(old, new, 1), "utf-8")

    return change


def several(*changes: Change) -> Change:
    """Changes one after the other."""

    def change(layout: RunLayout) -> None:
        for one in changes:
            one(layout)

    return change


def swap_models(layout: RunLayout) -> None:
    """Each model gets the other's rows: the worse one wins."""
    for mode in Mode:
        one, other = (layout.samples(mode, role) for role in Role)
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)


def copy_row(values: list[Any]) -> None:
    """The second sample of a task becomes the first one's twin."""
    values[1] = {**values[0], "index": values[1]["index"]}


def gut(values: list[Any]) -> None:
    """Tests that everything passes."""
    for task in values:
        task["test"] = GUTTED


GUTTED = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() {}\n}\n"
OTHER = "11" * 32
FAILED: dict[str, Any] = {"verdict": "test_failed", "passed": False, "detail": "t: wrong"}
PASSED: dict[str, Any] = {"verdict": "passed", "passed": True, "detail": ""}
STUB: dict[str, Any] = {"completion": "    loop {}\n}\n"}


def _rows() -> Iterator[Tampering]:
    yield Tampering("a row dropped", rows(lambda v: v.pop(3)), "completeness")
    yield Tampering("a row added", rows(lambda v: v.append({**v[-1], "index": 2})), "completeness")
    yield Tampering("a row there twice", rows(lambda v: v.insert(1, v[0])), "completeness")
    yield Tampering("rows in another order", rows(list.reverse), "completeness")
    yield Tampering("a negative index", row(index=-1), "completeness")
    yield Tampering("a row of an unknown task", row(task_id="T/0"), "completeness")
    yield Tampering(
        "a row dropped in one mode", rows(lambda v: v.pop(), modes=(Mode.POLICY,)), "modes"
    )
    failed = rows(lambda v: v[0].update(FAILED), modes=(Mode.POLICY,))
    yield Tampering("a verdict changed in one mode", failed, "modes")
    yield Tampering("passed without its verdict", row(role=Role.BASE, passed=True), "passed")
    yield Tampering("a pass that did not compile", row(compile_ok=False), "passed")
    yield Tampering("a pass without a program", row(source=None, program_sha256=""), "passed")
    yield Tampering("a pass with a compiler's error", row(error_code="E0308"), "passed")
    yield Tampering("a pass with a detail", row(detail="well done"), "passed")
    yield Tampering("a negative number of tokens", row(completion_tokens=-5), "passed")
    yield Tampering("an unknown field in a row", row(note="x"), "rows", After.NOTHING)
    yield Tampering("an unknown verdict", row(verdict="great"), "rows", After.NOTHING)
    yield Tampering("a number as text", row(index="0"), "rows", After.NOTHING)
    yield Tampering("a program changed", row(source="fn f() {}"), "extraction")
    yield Tampering("an extraction rule changed", row(extraction_rule="whole"), "extraction")
    yield Tampering("main_free changed", row(main_free=False), "extraction")
    yield Tampering("a completion changed alone", row(**STUB), "extraction")
    yield Tampering("a digest of a program changed", row(program_sha256=OTHER), "programs")
    yield Tampering(
        "a violation invented", row(policy_violations=["unsafe"], passed=True), "policy"
    )
    yield Tampering("one prompt of a task changed", row(prompt_sha256=OTHER), "prompts")
    flipped = row(role=Role.BASE, **PASSED)
    yield Tampering("a failed sample made a pass", flipped, "verdicts", needs=Needs.RESCORE)
    yield Tampering("a pass made a failed sample", row(**FAILED), "verdicts", needs=Needs.RESCORE)
    words = row(role=Role.BASE, detail="panicked: it rained")
    yield Tampering("what a failed test said", words, "verdicts", needs=Needs.RESCORE)
    late = row(role=Role.BASE, verdict="timeout", detail="no answer within 10 s")
    yield Tampering("another kind of failure", late, "verdicts", needs=Needs.RESCORE)
    kept: dict[str, Any] = {
        "verdict": "infra_error",
        "passed": False,
        "compile_ok": None,
        "detail": "busy",
    }
    yield Tampering(
        "a failed sample made an infrastructure error", row(role=Role.BASE, **kept), "passed"
    )
    anew = Needs.REGENERATE
    yield Tampering("the models swapped", swap_models, "samples", needs=anew)
    yield Tampering("a finish reason changed", row(finish_reason="length"), "samples", needs=anew)
    yield Tampering("a number of tokens changed", row(completion_tokens=9), "samples", needs=anew)
    yield Tampering(
        "a digest of tokens invented", row(completion_ids_sha256=OTHER), "samples", needs=anew
    )


def _documents() -> Iterator[Tampering]:
    sealed = After.MANIFEST

    def better(metrics: Any) -> None:
        metrics["roles"]["finetuned"]["pass_at_k"][0]["value"] -= 0.001

    def narrower(metrics: Any) -> None:
        metrics["comparison"]["pass_at_k"][0]["new_tasks"]["low"] += 0.01

    for name, edit in (("a pass@1 changed", better), ("an interval narrowed", narrower)):
        change = lambda layout, edit=edit: edit_json(layout.metrics(Mode.NO_POLICY), edit)  # noqa: E731
        yield Tampering(name, change, "metrics (no-policy)", sealed)
    settings = {"seed": 9}
    yield Tampering(
        "a lucky seed of the resampling",
        lambda layout: edit_json(
            layout.metrics(Mode.POLICY), lambda m: m["settings"].update(settings)
        ),
        "metrics (policy)",
        sealed,
    )
    one = "configuration"
    yield Tampering("the run's seed changed", metadata(lambda m: m["seeds"].update(run=7)), one)
    yield Tampering("python's seed changed", metadata(lambda m: m["seeds"].update(python=7)), one)
    yield Tampering("the seed of the arguments changed", arguments(seed=7), one)
    yield Tampering("a temperature changed", arguments(temperature=0.9), one)
    yield Tampering("k changed", metadata(lambda m: m.update(k_values=[1])), one)
    fewer = metadata(lambda m: m.update(num_samples=1))
    yield Tampering("fewer samples asked for afterwards", fewer, one)
    yield Tampering("a mode left out", metadata(lambda m: m.update(modes=["no-policy"])), one)
    yield Tampering("a model left out", metadata(lambda m: m.update(roles=["finetuned"])), one)
    yield Tampering(
        "another template named", metadata(lambda m: m["prompt"].update(template="bare")), one
    )
    yield Tampering(
        "another backend named", metadata(lambda m: m["generation"].update(backend="x")), one
    )
    emptied = lambda layout: layout.config.write_text("{}\n")  # noqa: E731
    yield Tampering("the configuration emptied", emptied, one)
    gone = metadata(lambda m: m["arguments"].pop("temperature"))
    yield Tampering("an argument left out", gone, one)
    words = metadata(lambda m: m["self_check"].update(outcome="all 180 passed"))
    yield Tampering("the self-check's words changed", words, "metadata")
    yield Tampering("a commitment invented", arguments(commitment=OTHER), "commitment")
    weights = metadata(lambda m: m["models"]["base"].update(weights={"model": OTHER}))
    yield Tampering("other weights named", weights, "samples", needs=Needs.REGENERATE)


def _task_list() -> Iterator[Tampering]:
    one = "tasks"
    yield Tampering("gutted tests", tasks(gut), one)
    for name, value in (
        ("prompt", "fn f() {\n"),
        ("canonical_solution", "    todo!()\n}\n"),
        ("cluster", "together"),
        ("erratum", ""),
        ("edition", "2018"),
        ("category", "Easy"),
        ("dataset", "mine.jsonl"),
    ):
        yield Tampering(f"{name} of a task changed", first_task(name, value), one)

    def fewer(layout: RunLayout) -> None:
        lines(layout.tasks, lambda v: v.pop())
        for mode in Mode:
            for role in Role:
                lines(layout.samples(mode, role), lambda v: v.__delitem__(slice(-2, None)))

    yield Tampering("a task left out with its rows", fewer, one)
    yield Tampering("tasks in another order", tasks(list.reverse), one)
    yield Tampering("a limit that chooses others", both(limit=3), one)
    yield Tampering("an exclusion invented", both(exclude_tasks=["CodeGen/*"]), one)
    for name, edit in (
        ("digest", lambda m: m["dataset"]["parts"][0].update(sha256=OTHER)),
        ("overlay", lambda m: m["dataset"].update(overlay_sha256=OTHER)),
        ("errata", lambda m: m["dataset"].update(errata=[])),
        ("number of tasks", lambda m: m["dataset"]["parts"][0].update(of=4)),
        ("name", lambda m: m["dataset"].update(source="humaneval-x")),
        ("variant", lambda m: m["dataset"].update(variant="original")),
    ):
        yield Tampering(f"the data set's {name} changed", metadata(edit), one)


def _pages() -> Iterator[Tampering]:
    sealed, one = After.MANIFEST, "reports"
    script = '<script type="module">'
    for name, old, new in (
        ("a sentence", "<h1>", "<h1>Excellent: "),
        ("a script", script, f"{script}document.title = 'x';"),
        ("a second script", "</body>", "<script>1</script></body>"),
        ("the style", "<style>", "<style>.ft {display: none}"),
        ("the security policy", "default-src &#39;none&#39;", "default-src *"),
        ("an element in a figure", '"><g>', '"><g><image href="https://example.org/x" /></g><g>'),
        ("foreign content in a figure", '"><g>', '"><g><foreignObject></foreignObject></g><g>'),
        ("a handler in a figure", '"><g>', '"><g onclick="alert(1)">'),
        ("a link out of a figure", '"><g>', '"><g><a href="https://example.org"></a></g><g>'),
        ("a figure moved", '"><g>', '"><g transform="translate(40)">'),
        ("what a figure says", 'aria-label="Dots', 'aria-label="Great dots'),
        ("the samples", 'id="task-0">', 'id="task-0">AAAA'),
    ):
        yield Tampering(f"{name} of the page changed", page(old, new), one, sealed)
    unnamed = several(
        metadata(lambda m: m["tool"].update(commit="", dirty=False)),
        page(script, f"{script}document.title = 'x';"),
    )
    yield Tampering("an emptied commit and a script", unnamed, one, sealed)

    def boast(layout: RunLayout) -> None:
        layout.summary.write_text(layout.summary.read_text("utf-8").replace("not ", "", 1), "utf-8")

    yield Tampering("the summary changed", boast, one, sealed)


def _seals() -> Iterator[Tampering]:
    left = After.NOTHING

    def of(path: Callable[[RunLayout], Path], edit: Callable[[Any], None]) -> Change:
        return lambda layout: edit_json(path(layout), edit)

    manifest = lambda layout: layout.manifest  # noqa: E731
    statement = lambda layout: layout.statement  # noqa: E731
    for name, edit, check in (
        ("root", lambda m: m["samples"].update(root=OTHER), "Merkle root"),
        ("number of samples", lambda m: m["samples"].update(size=99), "Merkle root"),
        ("data set", lambda m: m["inputs"]["dataset"].update(sha256=OTHER), "inputs"),
        ("rustc", lambda m: m["inputs"].update(rustc="rustc 2.0"), "inputs"),
        ("release", lambda m: m["tool"].update(version="9"), "inputs"),
        ("digest of a file", lambda m: m["files"]["tasks.jsonl"].update(sha256=OTHER), "files"),
    ):
        yield Tampering(f"the manifest's {name} changed", of(manifest, edit), check, left)
    for name, edit in (
        ("claim", lambda s: s["predicate"]["claims"].pop()),
        ("evaluator", lambda s: s["predicate"]["evaluator"].update(id="x")),
        ("sample size", lambda s: s["predicate"].update(sampleSize=9999)),
        ("model", lambda s: s["predicate"]["model"]["digest"].update(sha256=OTHER)),
        ("data set", lambda s: s["predicate"]["dataset"]["digest"].update(sha256=OTHER)),
        ("assurance", lambda s: s["predicate"].update(assuranceLevel="reproduced")),
        ("subject", lambda s: s["subject"][0]["digest"].update(sha256=OTHER)),
        ("pre-registration", lambda s: s["predicate"].update(preRegistration={"value": OTHER})),
    ):
        yield Tampering(f"the statement's {name} changed", of(statement, edit), "statement", left)


def _open() -> Iterator[Tampering]:
    """Return changes that no check finds; docs/evidence.md says so."""
    hole = Needs.NOTHING_FINDS_IT
    for name, edit in (
        ("the sandbox", lambda m: m["sandbox"].update(provider="bubblewrap")),
        ("the time", lambda m: m.update(started_at="2020-01-01T00:00:00Z")),
        ("the machine", lambda m: m["environment"].update(cpu="another CPU")),
    ):
        yield Tampering(
            f"{name} in the metadata changed", metadata(edit), "", After.EVERYTHING, hole
        )


TAMPERINGS = tuple(
    one for make in (_rows, _documents, _task_list, _pages, _seals, _open) for one in make()
)


def naive(root: Path) -> Iterator[Tampering]:
    """A bit of each file flipped and each file removed, without anything made again."""
    layout = RunLayout(root)
    from evalpkg.evidence.manifest import covered_files

    for path in covered_files(layout):
        name = path.relative_to(root).as_posix()

        def flip(layout: RunLayout, name: str = name) -> None:
            file = layout.root / name
            content = file.read_bytes()
            at = len(content) // 2
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

        yield Tampering(f"a bit of {name} flipped", flip, "files", After.NOTHING)
        remove = lambda layout, name=name: (layout.root / name).unlink()  # noqa: E731
        yield Tampering(f"{name} removed", remove, "files", After.NOTHING)
    add = lambda layout: (layout.root / "more.txt").write_text("x")  # noqa: E731
    yield Tampering("a file added", add, "files", After.NOTHING)
    link = lambda layout: (layout.root / "x").symlink_to("/etc/hostname")  # noqa: E731
    yield Tampering("a link added", link, "plain files", After.NOTHING)
