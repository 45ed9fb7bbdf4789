"""One command from nothing to a sealed result; the same command again changes nothing."""

import json
import shutil
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from tests.integration.run.command import evalpkg, read_lines, results, succeed

KNOWN = ("--backend", "replay", "--replay-base", "stub", "--replay-finetuned", "canonical")
SMALL = (*KNOWN, "--limit", "4", "--num-samples", "2", "--k-values", "1,2,5")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "results"
    succeed("run", *SMALL, "--output-dir", folder)
    return folder


def test_the_whole_tree_is_there(done: Path) -> None:
    for mode in ("no-policy", "policy"):
        for name in (
            "base_model_samples.jsonl",
            "finetuned_model_samples.jsonl",
            "metrics.json",
            "comparison_report.md",
        ):
            assert (done / mode / name).stat().st_size > 0
    for name in ("combined_summary.md", "eval_metadata.json", "report.html", "manifest.json"):
        assert (done / name).stat().st_size > 0


def test_known_programs_get_their_known_verdicts(done: Path) -> None:
    roles = json.loads((done / "no-policy/metrics.json").read_text())["roles"]
    values = {role: {p["k"]: p["value"] for p in own["pass_at_k"]} for role, own in roles.items()}
    assert values["finetuned"] == {1: 1.0, 2: 1.0, 5: None}
    assert values["base"] == {1: 0.0, 2: 0.0, 5: None}


def test_each_sample_asked_for_has_a_row(done: Path) -> None:
    for mode in ("no-policy", "policy"):
        for role in ("base", "finetuned"):
            rows = read_lines(done / mode / f"{role}_model_samples.jsonl")
            keys = [(row["task_id"], row["index"]) for row in rows]
            assert len(keys) == len(set(keys)) == 8


def test_the_result_verifies_and_its_verdicts_can_be_repeated(done: Path) -> None:
    assert "everything holds" in succeed("verify", done, "--rescore", "3")


def test_one_flipped_byte_is_found(done: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(done, copy)
    file = copy / "no-policy/finetuned_model_samples.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"index":0', b'"index":7', 1))
    failed = evalpkg("verify", copy)
    assert failed.returncode == ExitCode.MISMATCH
    assert "finetuned_model_samples.jsonl" in failed.stdout


def test_a_second_run_generates_and_judges_nothing_and_changes_no_byte(done: Path) -> None:
    before = {path: path.read_bytes() for path in done.rglob("*") if _sealed(done, path)}
    said = succeed("run", *SMALL, "--output-dir", done)
    assert "generated 0 and judged 0 samples" in said
    assert {path: path.read_bytes() for path in done.rglob("*") if _sealed(done, path)} == before


def _sealed(root: Path, path: Path) -> bool:
    inside = path.relative_to(root)
    return path.is_file() and inside.parts[0] != "work" and path.name != "progress.json"


def test_another_configuration_is_refused_with_the_difference(done: Path) -> None:
    before = results(done)
    refused = evalpkg("run", *SMALL, "--seed", "5", "--output-dir", done)
    assert refused.returncode == ExitCode.USAGE
    assert "seed: 1234 -> 5" in refused.stderr
    assert results(done) == before


def test_a_slip_before_the_first_sample_can_be_mended(tmp_path: Path) -> None:
    assert (
        evalpkg("run", *SMALL, "--replay-base", "stbu", "--output-dir", tmp_path).returncode
        == ExitCode.DATA
    )
    assert not (tmp_path / "config.json").exists()
    succeed("run", *SMALL, "--limit", "1", "--output-dir", tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["replay_base"] == "stub"
    succeed("verify", tmp_path)


def test_speed_settings_may_change(done: Path) -> None:
    before = (done / "config.json").read_bytes()
    succeed("run", *SMALL, "--n-workers", "1", "--batch-size", "3", "--output-dir", done)
    assert (done / "config.json").read_bytes() == before


def test_one_mode_and_one_model_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    succeed("run", *SMALL, "--no-policy-only", "--skip-base", "--output-dir", one)
    assert set(results(one)) == {
        "config.json",
        "tasks.jsonl",
        "no-policy/finetuned_model_samples.jsonl",
        "no-policy/metrics.json",
    }
    succeed("run", *SMALL, "--policy-only", "--output-dir", two)
    assert not (two / "no-policy").exists()
    succeed("verify", one)
    succeed("verify", two)


def test_settings_come_from_file_environment_and_command_line(tmp_path: Path) -> None:
    file = tmp_path / "evaluation.yaml"
    file.write_text(
        "backend: replay\nreplay_base: stub\nreplay-finetuned: canonical\n"
        "limit: 2\nnum_samples: 9\nseed: 9\nk_values: 1\n"
    )
    variables = {"NUM_SAMPLES": "1", "SEED": "8", "OUTPUT_DIR": str(tmp_path / "out")}
    succeed("run", "-c", file, "--seed", "7", variables=variables)
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert (config["limit"], config["num_samples"], config["seed"]) == (2, 1, 7)


def test_shards_merge_to_the_bytes_of_one_machine(done: Path, tmp_path: Path) -> None:
    parts = [tmp_path / f"part{n}" for n in range(3)]
    for n, part in enumerate(parts):
        succeed("run", *SMALL, "--shard", f"{n}/3", "--output-dir", part)
        assert not (part / "report.html").exists()
    succeed("merge", *parts, "--output-dir", tmp_path / "merged")
    assert results(tmp_path / "merged") == results(done)
    succeed("verify", tmp_path / "merged")


def test_a_lost_shard_is_named_and_the_rest_is_merged(tmp_path: Path) -> None:
    for n in range(2):
        succeed("run", *SMALL, "--shard", f"{n}/2", "--output-dir", tmp_path / f"part{n}")
    partial = evalpkg("merge", tmp_path / "part1", "--output-dir", tmp_path / "merged")
    assert partial.returncode == ExitCode.INCOMPLETE
    assert "shard 0/2" in partial.stderr
    succeed("merge", tmp_path / "part0", tmp_path / "part1", "--output-dir", tmp_path / "merged")


def test_a_single_shard_and_one_without_samples_merge_to_results_that_verify(
    tmp_path: Path,
) -> None:
    one = (*KNOWN, "--limit", "1", "--num-samples", "1", "--k-values", "1", "--skip-base")
    succeed("run", *one, "--shard", "0/1", "--output-dir", tmp_path / "part")
    succeed("merge", tmp_path / "part", "--output-dir", tmp_path / "merged")
    succeed("verify", tmp_path / "merged")
    parts = [tmp_path / f"part{n}" for n in range(2)]
    for n, part in enumerate(parts):
        succeed("run", *one, "--shard", f"{n}/2", "--output-dir", part)
    succeed("merge", *parts, "--output-dir", tmp_path / "both")
    succeed("verify", tmp_path / "both")
    assert results(tmp_path / "both") == results(tmp_path / "merged")


def test_reports_of_several_runs_stand_in_one_table(done: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    succeed("run", *SMALL, "--seed", "5", "--output-dir", other)
    succeed("report", done, other, "--output-dir", tmp_path / "compared")
    assert (tmp_path / "compared/comparison.html").exists()


def test_reports_are_rebuilt_from_the_rows(done: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(done, copy)
    before = (copy / "report.html").read_bytes()
    (copy / "report.html").unlink()
    (copy / "no-policy/metrics.json").unlink()
    succeed("report", copy)
    assert (copy / "report.html").read_bytes() == before
    succeed("verify", copy)


def test_generate_alone_leaves_samples_that_run_and_score_take(tmp_path: Path) -> None:
    said = succeed("generate", *SMALL, "--output-dir", tmp_path / "out")
    assert "16 samples generated" in said
    samples = tmp_path / "out/work/samples.jsonl"
    for role, passed in (("base", False), ("finetuned", True)):
        succeed("score", samples, "--model", role, "--output-dir", tmp_path / role)
        verdicts = [row["passed"] for row in read_lines(tmp_path / role / "verdicts.jsonl")]
        assert verdicts == [passed] * 8
    assert "generated 0 and judged 16" in succeed("run", *SMALL, "--output-dir", tmp_path / "out")
