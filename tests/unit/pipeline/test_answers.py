"""Empty and cut-off answers are shouted about when they are many."""

import pytest

from evalpkg.evidence import AnswerCounts
from evalpkg.models import Role, Sample


def samples(role: Role, total: int, empty: int = 0, cut: int = 0) -> list[Sample]:
    return [
        Sample(
            role,
            "t",
            i,
            " \n" if i < empty else "fn f() {}",
            "length" if i >= total - cut else "stop",
        )
        for i in range(total)
    ]


@pytest.mark.parametrize(("count", "told"), [(4, False), (5, True), (100, True)])
def test_five_percent_are_many(count: int, told: bool) -> None:
    for kind in ("empty", "cut"):
        found = AnswerCounts(samples(Role.BASE, 100, **{kind: count})).complaints()
        assert bool(found) is told
    assert AnswerCounts(samples(Role.BASE, 100)).complaints() == []


def test_each_model_is_told_apart_with_its_numbers() -> None:
    answers = AnswerCounts(
        [*samples(Role.BASE, 10), *samples(Role.FINETUNED, 10, empty=10, cut=10)]
    )
    empty, cut = answers.complaints()
    assert empty.startswith("100% of the fine-tuned model's answers (10 of 10) are empty")
    assert "cut off at --max-new-tokens" in cut


def test_it_is_said_once_and_as_soon_as_it_is_believed() -> None:
    answers = AnswerCounts()
    said = []
    for number, sample in enumerate(samples(Role.BASE, 100, empty=100), start=1):
        answers.add(sample)
        said += [(number, text) for text in answers.news()]
    assert [number for number, _ in said] == [40]
