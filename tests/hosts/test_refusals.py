from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.conftest import play


@pytest.mark.parametrize("forks", ["1", "2"])
def test_hosts_that_do_not_fit_together_are_refused_before_they_begin(
    forks: str, tmp_path: Path
) -> None:
    play("refusals.yml", "-e", f"folder={tmp_path}", "-f", forks)
