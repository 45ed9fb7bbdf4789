from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.models import Extraction, Mode, Role, Verdict, VerdictKind
from evalpkg.pipeline.run_samples import RunSamples
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.records import read_rows
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.shards import Shard, expected_keys
from evalpkg.store.verdict_log import ScoredSample, VerdictLog
from tests.unit.runs.result_records import ROLES, TASKS, a_sample, scored

KEYS = list(expected_keys(TASKS, ROLES, 2))
SAMPLES = {key: a_sample(key) for key in KEYS}
INFRA = VerdictKind.INFRA_ERROR


def test_samples_are_read_back_equal(tmp_path: Path) -> None:
    odd = a_sample(KEYS[0], 'quote " back \\ nul \0 \u2028 \ud800')
    with SampleLog(tmp_path / "log") as log:
        log.append([odd])
    assert list(log.read()) == [odd]


def test_missing_samples_are_what_was_asked_for_less_what_is_there(tmp_path: Path) -> None:
    with SampleLog(tmp_path / "log") as log:
        assert RunSamples(log, KEYS).missing() == KEYS
        log.append([SAMPLES[KEYS[3]], SAMPLES[KEYS[0]]])
        assert RunSamples(log, KEYS).missing() == [*KEYS[1:3], *KEYS[4:]]
        own = [key for key in KEYS if Shard(1, 2).owns(*key)]
        left = [key for key in own if key not in (KEYS[0], KEYS[3])]
        assert RunSamples(log, own).missing() == left


def test_samples_added_to_the_log_are_those_that_another_session_reads(tmp_path: Path) -> None:
    stranger = a_sample((Role.BASE, "T/0", 9))
    with SampleLog(tmp_path / "log") as log:
        log.append([SAMPLES[KEYS[5]], stranger])
        samples = RunSamples(log, KEYS)
        again = a_sample(KEYS[5], "made twice")
        for batch in ([SAMPLES[KEYS[7]], SAMPLES[KEYS[1]]], [again, SAMPLES[KEYS[0]]]):
            log.append(batch)
            samples.add(batch)
        read = RunSamples(log, KEYS)
    assert list(samples.present().items()) == list(read.present().items())
    assert list(samples.present()) == [KEYS[place] for place in (0, 1, 5, 7)]
    assert samples.present()[KEYS[5]] == SAMPLES[KEYS[5]]
    assert samples.missing() == read.missing()


@pytest.mark.parametrize(
    "line",
    [
        '{"role":"base","task_id":"T/0","index":0}',
        '{"role":"base","task_id":"T/0","index":"0","completion":""}',
        '{"role":"king","task_id":"T/0","index":0,"completion":""}',
        '{"role":"base","task_id":"T/0","index":0,"completion":"","more":1}',
    ],
)
def test_what_is_no_sample_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(line + "\n")
    with pytest.raises(DataError):
        list(SampleLog(tmp_path / "log").read())


def test_verdicts_are_read_back_equal(tmp_path: Path) -> None:
    sample = SAMPLES[KEYS[0]]
    none = ScoredSample.of(sample, Extraction(None, "nothing", False), Verdict(VerdictKind.NO_CODE))
    full = ScoredSample.of(
        SAMPLES[KEYS[1]],
        Extraction("fn f() {}", "body", main_free=False),
        Verdict(VerdictKind.COMPILE_ERROR, False, "E0308", "mismatched types", "00" * 32),
        ("unsafe", "process"),
    )
    with VerdictLog(tmp_path / "log") as log:
        log.append([none, full])
    assert list(log.read()) == [none, full]


def test_an_infrastructure_error_gives_way_to_the_first_real_verdict(tmp_path: Path) -> None:
    key = KEYS[0]
    kinds = [INFRA, VerdictKind.TIMEOUT, VerdictKind.PASSED, INFRA]
    with VerdictLog(tmp_path / "log") as log:
        log.append([scored(SAMPLES[key], INFRA)])
        assert log.by_key(SAMPLES)[key].verdict is INFRA
        assert log.verdicts(KEYS).missing({key: SAMPLES[key]}) == [key]
        log.append(scored(SAMPLES[key], kind) for kind in kinds[1:])
    assert log.by_key(SAMPLES)[key].verdict is VerdictKind.TIMEOUT
    assert log.verdicts(KEYS).missing(SAMPLES) == KEYS[1:]


def test_a_verdict_on_another_text_does_not_count(tmp_path: Path) -> None:
    key = KEYS[0]
    with VerdictLog(tmp_path / "log") as log:
        log.append([scored(a_sample(key, "an older text"))])
        assert log.verdicts(KEYS).missing({key: SAMPLES[key]}) == [key]
        log.append([scored(SAMPLES[key], VerdictKind.PANICKED)])
    assert log.by_key(SAMPLES)[key].verdict is VerdictKind.PANICKED


def test_verdicts_added_to_the_log_are_those_that_another_session_reads(tmp_path: Path) -> None:
    lost, key = a_sample(KEYS[2]), KEYS[0]
    batches = [
        [scored(SAMPLES[key], INFRA), scored(a_sample(key, "an older text"))],
        [scored(SAMPLES[key], VerdictKind.TIMEOUT), scored(SAMPLES[KEYS[1]], INFRA)],
        [scored(SAMPLES[key], INFRA), scored(lost, VerdictKind.PANICKED)],
    ]
    with VerdictLog(tmp_path / "log") as log:
        kept = log.verdicts(KEYS)
        for batch in batches:
            log.append(batch)
            kept.add(batch)
        read = log.verdicts(KEYS)
    for verdicts in (kept, read):
        assert verdicts.missing(SAMPLES) == [KEYS[1], *KEYS[3:]]
        assert verdicts.of(SAMPLES)[key].verdict is VerdictKind.TIMEOUT
        # Its sample may have been lost when the log was read, and generated again since.
        assert verdicts.of({KEYS[2]: lost})[KEYS[2]].verdict is VerdictKind.PANICKED


def test_what_is_no_verdict_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"role":"base","task_id":"T/0","index":0,"verdict":"won"}\n')
    with pytest.raises(DataError, match="not a verdict"):
        list(VerdictLog(tmp_path / "log").read())


def fill(layout: RunLayout, order: list[int]) -> None:
    """A complete run whose records were logged in ``order``."""
    violating = SAMPLES[KEYS[1]]
    judged = {key: scored(sample) for key, sample in SAMPLES.items()}
    judged[KEYS[1]] = scored(violating, violations=("std::process",))
    judged[KEYS[2]] = scored(SAMPLES[KEYS[2]], VerdictKind.TEST_FAILED, ("unsafe",))
    with SampleLog(layout.samples_log) as samples, VerdictLog(layout.verdicts_log) as verdicts:
        for place in order:
            samples.append([SAMPLES[KEYS[place]]])
            verdicts.append([judged[KEYS[place]]])


def test_rows_come_in_task_order_whatever_order_they_were_made_in(tmp_path: Path) -> None:
    contents = []
    for order in (list(range(len(KEYS))), [5, 0, 11, 3, 2, 1, 4, 10, 9, 6, 8, 7]):
        layout = RunLayout(tmp_path / str(order[0]))
        fill(layout, order)
        assert write_mode_files(layout, TASKS, ROLES, list(Mode), 2).complete
        contents.append([layout.samples(m, r).read_bytes() for m in Mode for r in ROLES])
    assert contents[0] == contents[1]
    rows = read_rows(layout.samples(Mode.NO_POLICY, Role.BASE))
    assert [(row.task_id, row.index) for row in rows] == [key[1:] for key in KEYS[:6]]


def test_the_policy_vetoes_a_pass_in_its_own_mode_only(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    fill(layout, list(range(len(KEYS))))
    write_mode_files(layout, TASKS, ROLES, list(Mode), 2)
    free, ruled = (read_rows(layout.samples(mode, Role.BASE)) for mode in Mode)
    assert [row.passed for row in free] == [True, True, False, True, True, True]
    assert [row.passed for row in ruled] == [True, False, False, True, True, True]
    assert [replace(row, passed=True) for row in free] == [
        replace(row, passed=True) for row in ruled
    ]


def test_what_a_run_lacks_is_told_apart(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    with SampleLog(layout.samples_log) as samples, VerdictLog(layout.verdicts_log) as verdicts:
        samples.append(SAMPLES[key] for key in KEYS[1:])
        verdicts.append(scored(SAMPLES[key]) for key in KEYS[3:])
        verdicts.append([scored(SAMPLES[KEYS[2]], INFRA)])
    found = write_mode_files(layout, TASKS, ROLES, [Mode.NO_POLICY], 2)
    assert found.not_generated == (KEYS[0],)
    assert found.not_judged == (KEYS[1],)
    assert found.infra_errors == (KEYS[2],)
    assert not found.complete
    rows = read_rows(layout.samples(Mode.NO_POLICY, Role.BASE))
    assert [(row.task_id, row.index) for row in rows] == [key[1:] for key in KEYS[2:6]]
