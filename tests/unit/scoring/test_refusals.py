"""A refused allocation is due to the program's own limit, or to a lack of the machine."""

from pathlib import Path

import pytest

from evalpkg.scoring.refusals import memory_is_promised


@pytest.mark.parametrize(("text", "promised"), [("0\n", True), ("1\n", True), ("2\n", False)])
def test_memory_is_promised_unless_the_kernel_counts_it(
    tmp_path: Path, text: str, promised: bool
) -> None:
    setting = tmp_path / "overcommit_memory"
    setting.write_text(text)
    assert memory_is_promised(setting) is promised
    assert not memory_is_promised(tmp_path / "missing")
