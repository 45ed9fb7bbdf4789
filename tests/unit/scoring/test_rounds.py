"""A program that makes its batch fail costs only a retry of that batch; the run goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.scoring.bench import Bench, Judgement, Program
from evalpkg.scoring.rounds import Equipment, Rounds
from evalpkg.scoring.turns import Round, Turns

TASK = Task("t", "fn t() {", "t", "", edition="2021")
PASSED = Verdict(VerdictKind.PASSED, True)


class FakeBench:
    """Judges by a function of the program and the round; notes what it was asked."""

    def __init__(self, rule: Callable[[str, Round], Judgement | Verdict | Round]) -> None:
        self._rule = rule
        self.asked: list[tuple[frozenset[str], Round]] = []

    def judge(self, programs: list[Program], stage: Round) -> list[Judgement]:
        self.asked.append((frozenset(one.source for one in programs), stage))
        judged = []
        for program in programs:
            found = self._rule(program.source, stage)
            if isinstance(found, Round):
                judged.append(Judgement(program, Verdict(VerdictKind.INFRA_ERROR), found))
            else:
                judged.append(Judgement(program, cast("Verdict", found)))
        return judged


def judge(bench: FakeBench, sources: list[str]) -> dict[str, Verdict]:
    """The verdict of each program."""
    found: dict[str, Verdict] = {}
    with ThreadPoolExecutor(2) as pool:
        use = Equipment(
            bench=cast("Bench", bench),
            pool=pool,
            turns=Turns(),
            cache=None,
            tasks={"t": TASK},
            key=lambda _, digest: digest.encode(),
            workers=2,
            batch_size=4,
        )
        rounds = Rounds(use, lambda place, verdict, _: found.update({sources[place]: verdict}))
        rounds.run((TASK, Extraction(source, "test")) for source in sources)
    return found


def test_an_exception_costs_a_batch_its_retry_alone() -> None:
    def rule(source: str, stage: Round) -> Verdict:
        if source == "bad" and stage is Round.FIRST:
            raise RecursionError("nested too deeply")
        return PASSED

    bench = FakeBench(rule)
    assert judge(bench, ["a", "bad", "b", "c", "d", "e"]) == dict.fromkeys(
        ["a", "bad", "b", "c", "d", "e"], PASSED
    )
    alone = {source for sources, stage in bench.asked if stage is Round.ALONE for source in sources}
    assert "bad" in alone


def test_a_program_that_fails_every_round_is_named_and_ends_nothing() -> None:
    def rule(source: str, stage: Round) -> Verdict:
        if source == "bad":
            raise ValueError("whatever nobody foresaw")
        return PASSED

    found = judge(FakeBench(rule), ["a", "bad", "b"])
    assert found["a"] == found["b"] == PASSED
    assert found["bad"].kind is VerdictKind.INFRA_ERROR
    assert "whatever nobody foresaw" in found["bad"].detail


def test_a_batch_that_is_parted_is_judged_in_its_groups() -> None:
    class Parting(FakeBench):
        def judge(self, programs: list[Program], stage: Round) -> list[Judgement]:
            if len(programs) < 4:
                return super().judge(programs, stage)
            verdict = Verdict(VerdictKind.INFRA_ERROR)
            rounds = [Round.ALONE, Round.FIRST, Round.FIRST, Round.FIRST]
            return [
                Judgement(one, verdict, again, group=place)
                for one, again, place in zip(programs, rounds, (0, 1, 1, 2), strict=True)
            ]

    bench = Parting(lambda _source, _stage: PASSED)
    assert set(judge(bench, ["a", "b", "c", "d"]).values()) == {PASSED}
    assert sorted(len(sources) for sources, _ in bench.asked) == [1, 1, 2]


def test_the_quiet_round_comes_last_and_one_by_one() -> None:
    def rule(source: str, stage: Round) -> Verdict | Round:
        if source.startswith("q") and stage is not Round.QUIET:
            return Round.QUIET
        if source.startswith("w") and stage is Round.FIRST:
            return Round.WAITING
        return PASSED

    bench = FakeBench(rule)
    sources = ["q1", "a", "w1", "b", "q2", "c", "d", "e", "w2"]
    assert set(judge(bench, sources)) == set(sources)
    stages = [stage for _, stage in bench.asked]
    assert stages[-4:] == [Round.WAITING, Round.WAITING, Round.QUIET, Round.QUIET]
    assert all(len(sources) == 1 for sources, stage in bench.asked if stage is not Round.FIRST)
