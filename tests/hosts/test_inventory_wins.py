"""Everything in a user's inventory and beside it wins over the project's own group_vars."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.hosts.conftest import PROJECT, ansible_program

PLACES = {
    "a file for all hosts": ("group_vars/all/money.yml", "evaluation_price_per_hour: 3.29\n"),
    "a file for the group": ("group_vars/lambda.yml", "evaluation_price_per_hour: 3.29\n"),
    "a file for the host": ("host_vars/gpu-1.yml", "evaluation_price_per_hour: 3.29\n"),
    "[all:vars]": ("hosts", "[all:vars]\nevaluation_price_per_hour=3.29\n"),
    "[lambda:vars]": ("hosts", "[lambda:vars]\nevaluation_price_per_hour=3.29\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_value_of_the_inventory_wins(place: str, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("[lambda]\ngpu-1\n")
    file, text = PLACES[place]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    with (tmp_path / file).open("a") as opened:
        opened.write(text)
    command = [ansible_program("ansible-inventory"), "-i", str(tmp_path / "hosts")]
    command += ["--host", "gpu-1", "--playbook-dir", "playbooks"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["evaluation_price_per_hour"] == 3.29
