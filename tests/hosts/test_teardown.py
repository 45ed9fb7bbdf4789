from __future__ import annotations

import re

from tests.hosts.conftest import PROJECT


def test_every_environment_that_a_role_makes_is_removed() -> None:
    named = re.compile(r"\.venvs/([a-z][a-z-]+)")
    made = {
        name
        for file in PROJECT.glob("roles/*/defaults/main.yml")
        for name in named.findall(file.read_text(encoding="utf-8"))
    }
    assert "sigilderg-vllm" in made
    teardown = (PROJECT / "playbooks/teardown.yml").read_text(encoding="utf-8")
    listed = re.search(r"\.venvs/\{\{ item \}\}.*?loop: \[(.*?)\]", teardown, re.DOTALL)
    assert listed is not None
    assert set(listed[1].split(", ")) == made
