from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.evidence.environment import (
    PROVISIONING,
    FlashAttention,
    Gpu,
    Provisioning,
    ask,
    collect_environment,
    installed_distributions,
    parse_cuda_driver,
    parse_cuda_runtime,
    parse_gpus,
    recorded_provisioning,
)
from evalpkg.evidence.metadata import read_metadata, without_secrets, write_metadata
from evalpkg.evidence.tool import this_tool
from evalpkg.store.layout import RunLayout
from tests.unit.runs.result_runs import metadata

# As printed by nvidia-smi on a machine with H100 GPUs.
GPU_TABLE = "NVIDIA H100 80GB HBM3, 81559 MiB, 570.124.06\nNVIDIA H100 PCIe, 81559 MiB, 570.124.06"
SMI_HEAD = (
    "| NVIDIA-SMI 570.124.06    Driver Version: 570.124.06    CUDA Version: 12.8     |\n"
    "|-----------------------------------------+------------------------+-------------+"
)


def test_metadata_survive_their_file(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    write_metadata(layout, metadata())
    assert read_metadata(layout) == metadata()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 2}, "schema_version 2"),
        ({"num_samples": 0}, "num_samples"),
        ({"modes": ["strict"]}, "modes.0"),
        ({"k_values": [0]}, "k_values.0"),
        ({"shard": "4/4"}, "shard"),
        ({"dataset": {"source": "x", "variant": "y", "sha256": "short"}}, "dataset.sha256"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_metadata_that_break_the_schema_are_named(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    layout = RunLayout(tmp_path)
    write_metadata(layout, metadata())
    value = {**json.loads(layout.metadata.read_text()), **change}
    layout.metadata.write_text(json.dumps(value))
    with pytest.raises(DataError, match=said):
        read_metadata(layout)


def test_secrets_do_not_reach_the_metadata() -> None:
    given = {
        "hf_token": "hf_canary",
        "openai": {"api-key": "sk-canary", "base_url": "https://me:canary@host:8000/v1"},
        "max_new_tokens": 512,
        "api_keys": ["canary"],
        "mirrors": ["https://me:canary@host/simple"],
        "tokenizer": "a name",
        "eos_token": "<|eot|>",
        "openai_api_key_env": "OPENAI_API_KEY",
        "password": None,
        "seed": 1,
    }
    kept = without_secrets(given)
    assert "canary" not in json.dumps(kept)
    assert kept["max_new_tokens"] == 512
    assert kept["openai"]["base_url"] == "https://host:8000/v1"
    assert kept["seed"] == 1
    assert (kept["tokenizer"], kept["eos_token"]) == ("a name", "<|eot|>")
    assert kept["openai_api_key_env"] == "OPENAI_API_KEY"


def test_this_machine_is_described() -> None:
    found = collect_environment()
    assert found.cpus >= 1
    assert found.memory_gib > 0
    assert found.python.startswith("CPython 3.")
    assert found.packages["numpy"] == version("numpy")
    assert any(line.startswith("pydantic==") for line in found.pip_freeze)
    assert found.pip_freeze == sorted(
        found.pip_freeze, key=lambda line: line.split("==")[0].split(" ")[0]
    )


@pytest.mark.slow
def test_collecting_does_not_load_torch() -> None:
    code = (
        "import sys\nfrom evalpkg.evidence.environment import collect_environment\n"
        "collect_environment()\nassert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_machine_without_any_tools_is_described_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = collect_environment()
    assert found.gpus == []
    assert found.cuda.driver == ""
    assert this_tool().commit == ""


# As roles/cuda_torch writes it, to_nice_json and all.
RECORD = """{
    "driver": "570.86.10",
    "flash_attention": {
        "installed": false,
        "reason": "OSError: CUDA_HOME environment variable is not set."
    },
    "torch": "2.7.1+cu128"
}
"""


@pytest.mark.parametrize("named", [True, False])
def test_what_provisioning_recorded_is_in_the_metadata(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: bool
) -> None:
    file = tmp_path / ("elsewhere" if named else "provisioning.json")
    file.write_text(RECORD)
    monkeypatch.delenv(PROVISIONING, raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    if named:
        monkeypatch.setenv(PROVISIONING, str(file))
    found = collect_environment().provisioning
    assert found == Provisioning(
        torch="2.7.1+cu128",
        driver="570.86.10",
        flash_attention=FlashAttention(
            installed=False, reason="OSError: CUDA_HOME environment variable is not set."
        ),
    )


@pytest.mark.parametrize("content", [None, "", "not JSON", "[]", '{"torch": 2}', '{"more": 1}'])
def test_a_record_that_cannot_be_read_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "record"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv(PROVISIONING, str(file))
    assert recorded_provisioning() is None


def test_gpus_are_read_from_nvidia_smi() -> None:
    assert parse_gpus(GPU_TABLE) == [
        Gpu(name="NVIDIA H100 80GB HBM3", memory="81559 MiB", driver="570.124.06"),
        Gpu(name="NVIDIA H100 PCIe", memory="81559 MiB", driver="570.124.06"),
    ]
    assert parse_gpus("") == []
    assert parse_gpus("NVIDIA-SMI has failed because it couldn't communicate") == []
    assert parse_cuda_driver(SMI_HEAD) == "12.8"
    assert parse_cuda_driver(SMI_HEAD.replace("CUDA Version", "CUDA UMD Version")) == "12.8"
    assert parse_cuda_driver("") == ""


def test_torchs_cuda_is_known_without_loading_torch() -> None:
    said = "__version__ = '2.4.0+cu124'\ndebug = False\ncuda: Optional[str] = {}\nhip = None\n"
    assert parse_cuda_runtime(said.format("'12.4'")) == "12.4"
    assert parse_cuda_runtime(said.format("None")) == ""
    assert parse_cuda_runtime("") == ""


def distribution(folder: Path, name: str, direct_url: str | None = None) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    if direct_url is not None:
        (info / "direct_url.json").write_text(direct_url)


def test_what_came_from_version_control_is_named_by_commit_and_paths_stay_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vcs = {
        "url": "https://u:canary@git.example/r.git",
        "vcs_info": {"vcs": "git", "commit_id": "ab"},
    }
    distribution(tmp_path, "From_Git", json.dumps(vcs))
    distribution(tmp_path, "from.path", json.dumps({"url": "file:///home/somebody/secret"}))
    distribution(tmp_path, "broken", "{")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    found = installed_distributions()
    assert found["from-git"][0] == "from-git @ git+https://git.example/r.git@ab"
    assert found["from-path"][0] == "from-path==1.0"
    assert found["broken"] == ("broken==1.0", "1.0")


def test_a_program_that_fails_says_nothing() -> None:
    assert ask("false") == ""
    assert ask("no-such-program-anywhere") == ""
    assert ask("echo", "yes") == "yes"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.slow
def test_a_checkout_is_known_by_its_commit_and_its_changes(tmp_path: Path) -> None:
    import evalpkg

    package = Path(evalpkg.__file__).parent
    copy = tmp_path / "copy" / "evalpkg"
    for path in [
        *package.glob("*.py"),
        *package.glob("evidence/*.py"),
        *package.glob("store/*.py"),
    ]:
        file = copy / path.relative_to(package)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.read_bytes())
    code = "from evalpkg.evidence.tool import this_tool; print(this_tool().model_dump_json())"

    def ask_copy() -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=copy.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(json.loads(done.stdout))

    git(tmp_path, "init", "-q", str(copy.parent))
    assert ask_copy()["commit"] == ""  # a package in somebody's repository, not part of it
    git(copy.parent, "add", ".")
    git(copy.parent, "commit", "-q", "-m", "first")
    commit = git(copy.parent, "rev-parse", "HEAD")
    assert (ask_copy()["commit"], ask_copy()["dirty"]) == (commit, False)
    (copy / "models.py").open("a").write("# changed\n")
    assert ask_copy()["dirty"] is True
    # As a vendored folder of a larger repository, its commit is not ours.
    shutil.rmtree(copy.parent / ".git")
    git(tmp_path, "init", "-q", ".")
    git(tmp_path, "add", "copy")
    git(tmp_path, "commit", "-q", "-m", "vendored")
    assert ask_copy()["commit"] == ""
