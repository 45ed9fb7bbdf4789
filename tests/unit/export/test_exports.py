"""Each export is opened by the tool that it is made for, and holds the run's own numbers."""

import csv
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.evidence import EvalMetadata
from evalpkg.export import FORMATS, export_run, formats, hf_model_card
from evalpkg.export.numbers import named_numbers
from evalpkg.export.tables import settings_of
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.reporting.run_files import RunFiles, load_run
from tests.unit.reporting.report_runs import change_one, change_rows, finish_run, make_run

DOCS = Path(__file__).parents[3] / "docs/export.md"
REAL = Path(__file__).parents[1] / "reporting/real_metadata.json"
BLOCK = 32_768


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with hostile texts, a half surrogate pair among them."""
    path = tmp_path_factory.mktemp("run") / "humaneval_results"
    layout = make_run(path, hostile_every=3)
    task = load_run(path).tasks[0].task_id
    change_rows(layout, change_one(task, 0, completion="=cmd|' /C calc'!A0 \ud800 \x1b[2J"))
    finish_run(layout, 4, (1, 2))
    return path


@pytest.fixture(scope="module")
def run(root: Path) -> RunFiles:
    return load_run(root)


def pass_at_1(run: RunFiles, role: Role, mode: Mode = Mode.NO_POLICY) -> float:
    value = run.metrics[mode].roles[role].pass_at_k[0].value
    assert value is not None
    return value


def test_the_lines_of_pandas_in_the_docs_give_pass_at_1(
    root: Path, run: RunFiles, tmp_path: Path
) -> None:
    pytest.importorskip("pandas", reason="the package pandas is not installed")
    export_run(root, "csv", tmp_path / "tables")
    text = DOCS.read_text().partition("<!-- pandas: begin -->\n```python\n")[2].partition("```")[0]
    assert sum(map(bool, text.splitlines())) == 3
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    printed = dict(line.split() for line in done.stdout.splitlines()[1:3])
    for role in Role:
        assert float(printed[role.value]) == pytest.approx(pass_at_1(run, role), abs=1e-6)


def test_csv_tables_hold_no_text_of_a_model(root: Path, tmp_path: Path) -> None:
    rows, metrics = export_run(root, "csv", tmp_path)
    assert "calc" not in rows.read_text()
    assert "completion," not in rows.read_text()
    assert len(rows.read_text().splitlines()) == 1 + 2 * 12 * 4
    assert metrics.read_text().startswith("mode,model,metric,value,standard_error,low,high,")


def test_parquet_tables_are_data_frames_with_every_text(
    root: Path, run: RunFiles, tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas", reason="the package pandas is not installed")
    pytest.importorskip("pyarrow", reason="the package pyarrow is not installed")
    paths = export_run(root, "parquet", tmp_path)
    rows, metrics = (pandas.read_parquet(path) for path in paths)
    for role in Role:
        own = rows[rows.model == role.value]
        assert own.passed_no_policy.mean() == pytest.approx(pass_at_1(run, role))
        assert len(own) == len(run.rows[role])
    assert rows.completion.str.contains("calc").sum() == 1
    line = metrics.query("mode == 'policy' and model == 'difference' and metric == 'pass@1'")
    stated = run.metrics[Mode.POLICY].comparison.pass_at_k[0]
    assert line.value.item() == stated.value
    assert line.standard_error.item() == stated.standard_error


def test_a_run_with_empty_columns_has_the_same_parquet_columns(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="the package pyarrow is not installed")
    full, empty = make_run(tmp_path / "full", tasks=3), make_run(tmp_path / "empty", tasks=3)

    def emptied(role, row):
        nothing = {"compile_ok": None, "error_code": None, "source": None}
        return replace(row, verdict=VerdictKind.NO_CODE, passed=False, **nothing)

    change_rows(empty, emptied)
    finish_run(empty, 4, (1,))
    schemas = []
    for layout in (full, empty):
        rows, _ = export_run(layout.root, "parquet", tmp_path / f"{layout.root.name}-out")
        schemas.append(pq.read_schema(rows))
    assert schemas[0].equals(schemas[1])


def test_the_hub_reads_the_model_card(root: Path, run: RunFiles, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="the package huggingface_hub is missing")
    (path,) = export_run(root, "hf-model-card", tmp_path)
    data = hub.ModelCard.load(path).data
    found = {(one.dataset_config, one.metric_type): one for one in data.eval_results}
    value = found["no-policy", "pass@1"]
    stated = run.metrics[Mode.NO_POLICY].roles[Role.FINETUNED].pass_at_k[0]
    assert value.metric_value in (pass_at_1(run, role) for role in Role)
    index = data.to_dict()["model-index"]
    first = index[0]["results"][0]["metrics"]
    assert first[0]["value"] == stated.value
    assert first[0]["args"]["stderr"] == first[1]["value"] == stated.standard_error
    assert first[1]["type"] == "pass@1_stderr"


@pytest.mark.slow
def test_inspect_reads_its_log(root: Path, run: RunFiles, tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="the package inspect_ai is not installed")
    paths = export_run(root, "inspect", tmp_path)
    assert [path.name for path in paths] == ["base.eval", "finetuned.eval"]
    for role, path in zip(Role, paths, strict=True):
        opened = log.read_eval_log(str(path))
        assert opened.status == "success"
        score = next(one for one in opened.results.scores if one.name == "no_policy")
        assert score.metrics["pass@1"].value == pass_at_1(run, role)
        assert len(opened.samples) == len(run.rows[role])
        right = sum(one.scores["no_policy"].value == "C" for one in opened.samples)
        assert right == sum(run.passed[Mode.NO_POLICY][role])
        texts = {(one.id, one.epoch - 1): one.output.completion for one in opened.samples}
        for row in run.rows[role]:
            assert texts[row.task_id, row.index] == row.completion.replace("\ud800", "\ufffd")


@pytest.mark.slow
def test_mlflow_reads_its_store(
    root: Path, run: RunFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("mlflow", "sqlalchemy", "alembic"):
        pytest.importorskip(package, reason=f"the package {package} is not installed")
    from mlflow.tracking import MlflowClient

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    (store,) = export_run(root, "mlflow", tmp_path / "out")
    client = MlflowClient(tracking_uri=f"sqlite:///{store}")
    experiment = client.get_experiment_by_name("evalpkg")
    found = {one.info.run_name: one.data for one in client.search_runs([experiment.experiment_id])}
    assert len(found) == 3
    tuned = next(data for name, data in found.items() if name.startswith("finetuned: "))
    assert tuned.metrics["no-policy/pass_at_1"] == pass_at_1(run, Role.FINETUNED)
    assert tuned.params["dataset_variant"] == "repaired"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.slow
def test_wandb_lists_its_offline_runs_and_reads_their_numbers(
    root: Path, run: RunFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb", reason="the package wandb is not installed")
    monkeypatch.setenv("WANDB_MODE", "offline")
    written = export_run(root, "wandb", tmp_path)
    assert len(written) == 3
    listed = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", "--dry-run", *map(str, written)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(path.name in listed.stdout + listed.stderr for path in written), listed
    found = {}
    for folder in written:
        (log,) = folder.glob("*.wandb")
        records = list(offline_records(log))
        about = next(one.run for one in records if one.WhichOneof("record_type") == "run")
        config = {one.key: json.loads(one.value_json) for one in about.config.update}
        summary = {
            item.key: json.loads(item.value_json)
            for one in records
            if one.WhichOneof("record_type") == "summary"
            for item in one.summary.update
        }
        found[about.display_name] = config, summary
    assert len(found) == 3
    named = named_numbers(run)
    for name, (config, summary) in found.items():
        assert config["dataset_variant"] == "repaired"
        assert {key: summary.get(key) for key in named[name]} == named[name]
    tuned = next(numbers for name, (_, numbers) in found.items() if name.startswith("finetuned: "))
    assert tuned["no-policy/pass@1"] == pass_at_1(run, Role.FINETUNED)


def offline_records(log: Path) -> Iterator[Any]:
    """Read a file of an offline run with wandb's own schema of its records.

    The file is a log of LevelDB: after 7 bytes blocks of 32 KiB, in each of them pieces of records
    with checksum, length and kind (1 whole, 2 first, 3 middle, 4 last).
    """
    from wandb.proto.wandb_internal_pb2 import Record

    data, at, record = log.read_bytes(), 7, b""
    assert data.startswith(b":W&B")
    while at + 7 <= len(data):
        left = BLOCK - at % BLOCK
        if left < 7:
            at += left
            continue
        checksum, length, kind = struct.unpack("<IHB", data[at : at + 7])
        piece = data[at + 7 : at + 7 + length]
        assert checksum == zlib.crc32(piece, zlib.crc32(bytes([kind])))
        record, at = record + piece, at + 7 + length
        if kind in (1, 4):
            yield Record.FromString(record)
            record = b""


def real(**changed: Any) -> EvalMetadata:
    """The metadata of a real run of the embedded model."""
    told = EvalMetadata.model_validate_json(REAL.read_bytes())
    return told.model_copy(update=changed)


def test_settings_are_those_that_were_used_and_a_part_of_the_data_set_is_told(
    run: RunFiles, tmp_path: Path
) -> None:
    generated = replace(run, metadata=real())
    told = settings_of(generated)
    assert told["tasks"] == "6 of 180 tasks, chosen by --limit"
    assert told["max_new_tokens"] == 96
    assert told["prompt_template"] == "default"
    replayed = settings_of(replace(run, metadata=real(generation={"backend": "replay"})))
    assert "temperature" in real().arguments
    assert not {"temperature", "max_new_tokens", "prompt_template"} & set(replayed)


def test_a_model_card_tells_part_sampling_and_warnings(run: RunFiles, tmp_path: Path) -> None:
    told = replace(run, metadata=real(warnings=["The sandbox is weak."]))
    (path,) = hf_model_card.write(told, tmp_path)
    head, _, text = path.read_text().removeprefix("---\n").partition("---\n")
    assert "- Only part of the data set: 6 of 180 tasks, chosen by --limit\n" in text
    assert "max new tokens 96" in text
    assert "\n- The sandbox is weak.\n" in text.partition("## Before you believe these numbers")[2]
    results = yaml.safe_load(head)["model-index"][0]["results"]
    assert results[0]["dataset"]["args"]["tasks"] == "6 of 180 tasks, chosen by --limit"


def unknown_ends(root: Path) -> Path:
    """A run whose samples come from files without ends and tokens."""
    layout = make_run(root, tasks=3)
    nothing = {"finish_reason": "", "prompt_tokens": 0, "completion_tokens": 0}
    change_rows(layout, lambda _role, row: replace(row, **nothing))
    finish_run(layout, 4, (1,))
    return root


def test_tokens_that_nobody_counted_are_not_exported_as_zero(tmp_path: Path) -> None:
    rows, _ = export_run(unknown_ends(tmp_path / "run"), "csv", tmp_path / "out")
    with rows.open(newline="") as lines:
        assert {
            (line["prompt_tokens"], line["completion_tokens"]) for line in csv.DictReader(lines)
        } == {("", "")}


@pytest.mark.slow
def test_inspect_is_not_told_of_an_end_that_nobody_recorded(tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="the package inspect_ai is not installed")
    paths = export_run(unknown_ends(tmp_path / "run"), "inspect", tmp_path / "out")
    for path in paths:
        outputs = [sample.output for sample in log.read_eval_log(str(path)).samples]
        assert {output.stop_reason for output in outputs} == {"unknown"}
        assert {output.usage for output in outputs} == {None}


def test_an_export_into_the_run_is_refused(root: Path) -> None:
    for target in (root, root / "tables"):
        with pytest.raises(ConfigError, match="lies in the run"):
            export_run(root, "csv", target)
    assert not (root / "tables").exists()


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.package])
def test_a_missing_package_is_named_with_its_cure(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    with pytest.raises(EnvironmentUnfitError, match="which is not installed") as caught:
        export_run(root, name, tmp_path)
    assert f"evalpkg[{FORMATS[name].extra}]" in caught.value.cure
