"""Tasks that name crates: built from a folder, seen by programs and tests, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalpkg import Judge
from evalpkg.cli.app import app
from evalpkg.errors import ConfigError
from evalpkg.extraction import extract
from evalpkg.models import Task, VerdictKind
from evalpkg.pipeline.peer import crate_flags
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.scoring.gate import gold_gate

HELPER = "pub fn double(n: i64) -> i64 { n * 2 }\npub static mut COUNT: i64 = 0;\n"
TWICE = (
    "pub use helper::double;\n#[macro_export]\nmacro_rules! twice { ($e:expr) => { ($e) * 2 } }\n"
)

TASK = Task(
    task_id="own/0",
    prompt="use twice::double;\n\n/// Four times n.\nfn four_times(n: i64) -> i64 {\n",
    entry_point="four_times",
    test="mod tests { use super::*;\n"
    "#[test] fn two() { assert_eq!(four_times(2), twice::twice!(4)); }\n"
    "#[test] fn three() { assert_eq!(four_times(3), double(6)); } }",
    canonical_solution="    double(double(n))\n}",
    crates=("twice 1.2",),
)

HOSTILE = {
    "replaces the crate": "mod twice { pub fn double(n: i64) -> i64 { n } }\n"
    "fn four_times(n: i64) -> i64 { twice::double(n) }",
    "leaves from a macro of the crate": "fn four_times(n: i64) -> i64 "
    "{ twice::twice!({ std::process::exit(0); n }) }",
    "a crate that only a crate sees": "extern crate helper;\n"
    "fn four_times(n: i64) -> i64 { helper::double(helper::double(n)) }",
    "the test harness": "extern crate evalwire;\n"
    "fn four_times(_: i64) -> i64 { std::process::exit(0) }",
}


def vendored(folder: Path, name: str, version: str, source: str, needs: str = "") -> None:
    """One crate in a folder as ``cargo vendor`` makes it."""
    home = folder / f"{name}-{version}"
    (home / "src").mkdir(parents=True)
    (home / "src" / "lib.rs").write_text(source)
    (home / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2018"\n'
        f"[dependencies]\n{needs}\n"
    )
    (home / ".cargo-checksum.json").write_text(json.dumps({"package": None, "files": {}}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vendor")
    vendored(made, "helper", "0.1.0", HELPER)
    vendored(made, "twice", "1.2.3", TWICE, 'helper = "0.1"')
    return made


@pytest.fixture(scope="module")
def scorer(folder: Path) -> Iterator[Scorer]:
    with Scorer(ScoringSettings(crates=folder), [TASK]) as made:
        yield made


def test_a_task_with_a_crate_passes_the_gate(scorer: Scorer) -> None:
    assert gold_gate(scorer, [TASK]).failures == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_crate_in_scope_helps_no_hostile_program(scorer: Scorer, name: str) -> None:
    [verdict] = scorer.judge_all([(TASK, extract(TASK, HOSTILE[name]))])
    assert verdict.kind not in (VerdictKind.PASSED, VerdictKind.INFRA_ERROR), verdict


def test_a_task_without_crates_sees_none(scorer: Scorer, folder: Path) -> None:
    plain = replace(TASK, task_id="own/1", prompt="fn four_times(n: i64) -> i64 {\n", crates=())
    plain = replace(plain, test="fn main() { assert_eq!(four_times(2), 8); }")
    with Scorer(ScoringSettings(crates=folder), [TASK, plain]) as both:
        [verdict] = both.judge_all([(plain, extract(plain, "    twice::double(n) * 2\n}"))])
    assert verdict.kind is VerdictKind.COMPILE_ERROR


def test_the_versions_and_the_lock_are_recorded(scorer: Scorer) -> None:
    (crates,) = scorer.provenance().crates
    assert crates.versions == ("helper 0.1.0", "twice 1.2.3")
    assert len(crates.lock_sha256) == 64


def test_other_sources_are_another_key(scorer: Scorer, tmp_path: Path) -> None:
    vendored(tmp_path, "helper", "0.1.0", HELPER.replace("n * 2", "n + n"))
    vendored(tmp_path, "twice", "1.2.3", TWICE, 'helper = "0.1"')
    with Scorer(ScoringSettings(crates=tmp_path), [TASK]) as other:
        assert other.key(TASK, "0" * 64) != scorer.key(TASK, "0" * 64)


def test_a_judges_own_task_may_name_crates(folder: Path) -> None:
    with Judge([], settings=ScoringSettings(crates=folder)) as judge:
        named = judge.add_task(TASK.prompt, TASK.test, crates={"twice": "1.2"})
        assert [one.passed for one in judge(named, [TASK.canonical_solution, "    n\n}"])] == [
            True,
            False,
        ]
        with pytest.raises(ConfigError, match="no name and version of a crate"):
            judge.add_task(TASK.prompt, TASK.test, crates={"twice\n[patch]": "1"})


def test_explain_takes_the_folder_of_crates(folder: Path, tmp_path: Path) -> None:
    tasks, samples = tmp_path / "tasks.jsonl", tmp_path / "samples.jsonl"
    fields = ("task_id", "prompt", "entry_point", "test")
    row = {name: getattr(TASK, name) for name in fields} | {"crates": {"twice": "1.2"}}
    tasks.write_text(json.dumps(row) + "\n")
    samples.write_text(json.dumps({"task_id": TASK.task_id, "completion": "    n\n}"}) + "\n")
    words = ["explain", str(samples), "1", "--dataset", str(tasks), "--crates", str(folder)]
    told = CliRunner().invoke(app, [*words, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["verdict"] == "test_failed"


def test_the_peer_sees_the_same_crates(folder: Path) -> None:
    named, built = crate_flags([TASK], ScoringSettings(crates=folder))
    assert named.startswith("--extern=twice=/")
    assert Path(named.rpartition("=")[2]).is_file()
    assert built.startswith("-Ldependency=/")
    other = replace(TASK, crates=("helper 0.1",))
    with pytest.raises(ConfigError, match="different crates"):
        crate_flags([TASK, other], ScoringSettings(crates=folder))


@pytest.mark.parametrize(
    ("crates", "said"),
    [
        (("thrice 1",), "thrice"),
        (("twice 9",), "1.2.3"),
    ],
)
def test_what_the_folder_lacks_is_named(folder: Path, crates: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match="does not hold the crates") as caught:
        Scorer(ScoringSettings(crates=folder), [replace(TASK, crates=crates)])
    assert said in caught.value.cause


def test_no_folder_is_an_error_that_names_the_option() -> None:
    with pytest.raises(ConfigError) as caught:
        Scorer(ScoringSettings(), [TASK])
    assert "--crates" in caught.value.cure
