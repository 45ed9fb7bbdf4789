"""Progress: the counts others read are right, and no state is ever left wrong."""

import io
import json
import os
import sys
import threading
from types import SimpleNamespace

import pytest
from rich.console import Console

from evalpkg.errors import DataError
from evalpkg.printable import printable
from evalpkg.reporting.progress import Progress, State
from evalpkg.reporting.progress.counter import PhaseCounter
from evalpkg.reporting.progress.views import LiveView, PlainView, gpu_memory


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def snapshot_of(counter, state=State.RUNNING, error=""):
    return counter.snapshot("2025-01-01T00:00:00Z", state, error)


def read(tmp_path):
    return json.loads((tmp_path / "progress.json").read_text())


def test_the_file_says_what_was_counted(tmp_path):
    with Progress(tmp_path, interactive=False) as p:
        p.phase("score", 10, done=2)
        p.advance(3, verdict="passed")
        p.advance(1, verdict="compile_error", cached=True)
    data = read(tmp_path)
    assert (data["phase"], data["done"], data["total"]) == ("score", 6, 10)
    assert data["verdicts"] == {"compile_error": 1, "passed": 3}
    assert data["cache_hits"] == 1
    assert (data["state"], data["pid"], data["schema_version"]) == ("done", os.getpid(), 1)
    assert data["last_error"] == ""
    assert [p.name for p in tmp_path.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    ("error", "state", "text"),
    [
        (KeyboardInterrupt(), "interrupted", ""),
        (DataError("rows are missing", "write them"), "failed", "rows are missing"),
        (ZeroDivisionError("oops"), "failed", "ZeroDivisionError: oops"),
        (SystemExit(3), "failed", ""),
        (SystemExit(0), "done", ""),
    ],
)
def test_the_last_state_tells_how_it_ended(tmp_path, error, state, text):
    with pytest.raises(type(error)), Progress(tmp_path, interactive=False):
        raise error
    data = read(tmp_path)
    assert (data["state"], data["last_error"]) == (state, text)


def test_the_file_says_running_while_it_runs(tmp_path):
    with Progress(tmp_path, interactive=False) as p:
        p.phase("generate", 5)
        assert (read(tmp_path)["state"], read(tmp_path)["phase"]) == ("running", "generate")


def test_no_advance_is_lost_between_threads():
    counter = PhaseCounter("score", 40_000)

    def work():
        for _ in range(5_000):
            counter.advance(1, "passed", False)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (counter.done, counter.verdicts["passed"]) == (40_000, 40_000)


def test_rate_forgets_what_lies_outside_the_window_and_what_was_there_before():
    clock = Clock()
    counter = PhaseCounter("score", 1000, done=500, clock=clock)
    assert snapshot_of(counter).rate_per_s is None
    for _ in range(100):
        clock.now += 1
        counter.advance(1, None, False)
        snapshot_of(counter)
    assert snapshot_of(counter).rate_per_s == pytest.approx(1.0, rel=0.05)
    assert snapshot_of(counter).eta_s == pytest.approx(400, rel=0.05)
    for _ in range(40):
        clock.now += 1
        counter.advance(5, None, False)
        snapshot_of(counter)
    assert snapshot_of(counter).rate_per_s == pytest.approx(5.0, rel=0.05)


def test_plain_lines_come_every_few_seconds_and_carry_the_counts():
    clock, out = Clock(), io.StringIO()
    view, counter = PlainView(out, clock), PhaseCounter("score", 2000, clock=clock)
    for _ in range(20):
        clock.now += 1
        counter.advance(10, "passed", True)
        view.show(snapshot_of(counter))
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert "score: samples 160 of 2,000" in lines[-1]
    assert "rate 10.0/s, left 3:04, cached 160, verdicts passed 160" in lines[-1]


def test_a_stalled_run_does_not_fill_the_log():
    clock, out = Clock(), io.StringIO()
    view, counter = PlainView(out, clock), PhaseCounter("generate", 10, clock=clock)
    for _ in range(100):
        clock.now += 1
        view.show(snapshot_of(counter))
    assert len(out.getvalue().splitlines()) == 2


def test_a_phase_without_samples_is_one_line_that_is_not_repeated():
    out = io.StringIO()
    view, snapshot = PlainView(out), snapshot_of(PhaseCounter("writing results"), State.DONE)
    view.show(snapshot)
    view.close(snapshot)
    assert out.getvalue() == "writing results\ndone\n"


@pytest.mark.parametrize(
    "view", [PlainView, lambda out: LiveView(Console(file=out, force_terminal=True))]
)
def test_the_error_that_ends_a_run_is_left_to_the_command(view):
    out = io.StringIO()
    shown = view(out)
    shown.close(snapshot_of(PhaseCounter("score", 1), State.FAILED, "no rustc"))
    assert "failed" in out.getvalue()
    assert "no rustc" not in out.getvalue()


def test_what_a_model_wrote_cannot_command_the_terminal():
    out = io.StringIO()
    hostile = "\x1b]0;title\x07 [bold]x[/bold] \u202e \udc80\n"
    live = LiveView(Console(file=out, force_terminal=True, width=200))
    live.note(hostile)
    live.close(snapshot_of(PhaseCounter("score", 1), State.FAILED, hostile))
    PlainView(out).note(hostile)
    shown = out.getvalue()
    assert "\x1b]" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert shown.count("[bold]x[/bold]") >= 2
    assert printable("a\tb") == "a\\tb"


def test_a_disk_that_refuses_is_said_once_and_does_not_end_the_run(tmp_path):
    out = io.StringIO()
    (tmp_path / "progress.json").mkdir()  # replacing a directory by a file fails
    with Progress(tmp_path, view=PlainView(out)) as p:
        p.phase("score", 1)
        p.advance()
    assert out.getvalue().count("cannot be written") == 1


def test_gpu_memory_is_shown_only_where_torch_runs_on_a_gpu(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert gpu_memory() == ""
    assert "torch" not in sys.modules
    cuda = SimpleNamespace(
        is_initialized=lambda: True, mem_get_info=lambda: (60 * 2**30, 80 * 2**30)
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert gpu_memory() == "20.0 of 80.0 GiB"


def test_finish_counts_once(tmp_path):
    with Progress(tmp_path, interactive=False) as p:
        p.finish("interrupted")
        p.finish("done")
    assert read(tmp_path)["state"] == "interrupted"


def test_what_is_left_is_told_by_tokens_where_they_are_counted() -> None:
    now = [0.0]
    counter = PhaseCounter("generating", total=64, clock=lambda: now[0], longest=512)
    for second in range(1, 11):  # 32 samples at a time, of 100 tokens each, ten tokens a second
        now[0] = float(second)
        counter.tokens(320)
    assert counter.snapshot("", State.RUNNING, "").eta_s is None  # none is finished
    counter.advance(32, None, False, tokens=3200)
    assert counter.snapshot("", State.RUNNING, "").eta_s == 10.0
    for second in range(11, 16):
        now[0] = float(second)
        counter.tokens(320)
    halfway = counter.snapshot("", State.RUNNING, "")
    assert (halfway.eta_s, halfway.tokens_per_s) == (5.0, 320.0)  # by samples it would be 15


def test_the_last_long_samples_do_not_take_no_time() -> None:
    now = [0.0]
    counter = PhaseCounter("generating", total=24, clock=lambda: now[0], longest=512)
    for second in range(1, 61):  # 24 samples at a time, a token each in a second
        now[0] = float(second)
        counter.tokens(24)
    counter.advance(15, None, False, tokens=15 * 50)
    for second in range(61, 81):
        now[0] = float(second)
        counter.tokens(9)
    assert counter.snapshot("", State.RUNNING, "").eta_s > 10
