"""The generation stage: makes every sample that is asked for and missing."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import groupby

from evalpkg.config import EvalConfig
from evalpkg.evidence import AnswerCounts
from evalpkg.generation import BACKENDS, Backend, Generated, Listener, Work
from evalpkg.models import Role, Sample, Task
from evalpkg.pipeline.reuse import BaseSamples
from evalpkg.pipeline.run_samples import RunSamples
from evalpkg.pipeline.saving import BatchSaver
from evalpkg.pipeline.session import Session
from evalpkg.pipeline.workshop import Workshop
from evalpkg.reporting.progress import Progress
from evalpkg.store import SAMPLE, PromptKeeper, SampleKey, SampleLog, expected_keys

Taker = Callable[[Sequence[Sample]], None]
"""Takes a batch of samples that is on disk."""

Beside = Callable[[Generated], AbstractContextManager[Taker]]
"""Enters the work that goes on beside generation. Takes the provenance of what generates."""

NOTE_SECONDS = 15.0
"""Seconds between two notes about the number of tokens."""

FLUSH_SECONDS = 2.0
FLUSH_SAMPLES = 512
"""A batch is written at this size or age. A kill loses at most this, and the samples in
decoding."""


def generate_missing(
    session: Session,
    progress: Progress,
    workshop: Workshop,
    samples: RunSamples,
    beside: Beside | None = None,
) -> int:
    """Generate the missing samples, and append them to the log batch by batch.

    Args:
        session: the run.
        progress: told of phases and counts.
        workshop: creates the backend, or has it already.
        samples: the run's samples; told of each batch once it is on disk.
        beside: entered before the first sample, with the provenance of what will generate. It
            returns a function that is called with each batch once it is on disk.

    Returns:
        the number of samples that this call generated.

    Raises:
        ConfigError, EnvironmentUnfitError, DataError: as ``create_backend``.
    """
    config, missing = session.config, samples.missing()
    if not missing:
        return 0
    session.facts.seeds = seed_everything(config)
    meter = TokenMeter(progress)
    with closing(PromptKeeper(session.layout, session.tasks.tasks)) as prompts:
        listener = Listener(meter.count, progress.note, prompts.keep)
        backend = workshop.backend(session, listener, progress)
        _reuse_base(session, progress, backend, samples, prompts)
        made = _generate(session, progress, backend, samples, beside or _nothing_beside)
    session.facts.tokens += meter.measured
    session.facts.token_seconds += meter.seconds
    session.facts.save()
    return made


def _reuse_base(
    session: Session,
    progress: Progress,
    backend: Backend,
    samples: RunSamples,
    prompts: PromptKeeper,
) -> None:
    """Take base samples from the run that ``--reuse-base`` names."""
    wanted = [key for key in samples.missing() if key[0] is Role.BASE]
    if session.config.reuse_base is None or not wanted:
        return
    other = BaseSamples(session.config.reuse_base)
    other.require_same(backend.provenance(), session.tasks.tasks)
    taken = other.take(wanted)
    if taken:
        said = other.sentence(len(taken))
        # The sentence first: a kill between the two then leaves a sentence without samples, and
        # never samples of unknown origin.
        session.facts.reused.append(said)
        session.facts.save()
        prompts.keep(other.prompts(taken))
        with SampleLog(session.layout.samples_log) as log:
            log.append(taken)
        samples.add(taken)
        progress.note(said)


def _generate(
    session: Session,
    progress: Progress,
    backend: Backend,
    samples: RunSamples,
    beside: Beside,
) -> int:
    """Generate the missing samples, and return their number."""
    before = backend.provenance()
    session.facts.add_generation(before)
    with beside(before) as taken, SampleLog(session.layout.samples_log) as log:
        answers, missing = AnswerCounts(samples.present().values()), samples.missing()

        def save(batch: list[Sample]) -> None:
            # Judged as the next session will read them: a verdict holds for one text alone.
            batch = [SAMPLE.as_read(sample) for sample in batch]
            log.append(batch)
            samples.add(batch)
            taken(batch)

        made = sum(
            _append(save, _samples(session, backend, progress, role, missing), answers, progress)
            for role in session.config.roles
        )
    session.facts.add_generation(backend.provenance(), before)
    return made


def _samples(
    session: Session,
    backend: Backend,
    progress: Progress,
    role: Role,
    missing: Sequence[SampleKey],
) -> Iterator[Sample]:
    """Yield the missing samples of one model, in a phase of its own."""
    config, tasks = session.config, session.tasks.tasks
    keys = expected_keys(tasks, [role], config.num_samples, session.shard, config.uneven)
    total = sum(1 for _ in keys)
    wanted = [key for key in missing if key[0] is role]
    name = f"generating, {role.in_words} model"
    progress.phase(name, total, total - len(wanted), config.max_new_tokens)
    if wanted:
        yield from backend.generate(role, _work(tasks, wanted))


def _nothing_beside(_: Generated) -> AbstractContextManager[Taker]:
    """Do nothing with the samples."""
    return nullcontext(lambda _: None)


class TokenMeter:
    """Reports the number of tokens about every 15 s; a large batch can take minutes."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tokens = self._before = 0
        self._started_at = self._said_at = self._last_at = 0.0

    @property
    def measured(self) -> int:
        """Number of tokens whose time is known."""
        return self._tokens - self._before

    @property
    def seconds(self) -> float:
        """Seconds that those tokens took."""
        return self._last_at - self._started_at

    def count(self, tokens: int) -> None:
        """Add the number of tokens just generated."""
        now = self._last_at = time.monotonic()
        self._tokens += tokens
        self._progress.tokens(tokens)
        if not self._started_at:  # when the first tokens were begun is not known
            self._before, self._started_at, self._said_at = tokens, now, now
        elif now - self._said_at >= NOTE_SECONDS:
            self._said_at = now
            rate = (self._tokens - self._before) / (now - self._started_at)
            self._progress.note(f"{self._tokens:,} tokens generated, {rate:,.0f} a second")


def seed_everything(config: EvalConfig) -> dict[str, int]:
    """Seed the global random generators of the backend's libraries, before they load.

    Samples do not depend on them, because each has a stream of its own. A library might use them
    unexpectedly.

    Returns:
        the seed of each generator, by the name of its library.
    """
    seed = config.seed
    random.seed(seed)
    seeds = {"python": seed}
    if BACKENDS[config.backend].uses_torch and not config.cluster:
        # Torch reads it when it loads. Threads that spin while they wait starve each other on a
        # busy CPU: 3 tokens a second against 23, at a load of 10 on two cores.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import numpy as np
        import torch

        np.random.seed(seed % 2**32)
        torch.manual_seed(seed)
        seeds |= {"numpy": seed % 2**32, "torch": seed}
    return seeds


def _work(tasks: tuple[Task, ...], wanted: list[SampleKey]) -> Work:
    """Group the keys of one model by task."""
    by_id = {task.task_id: task for task in tasks}
    groups = groupby(wanted, key=lambda key: key[1])
    return [(by_id[task_id], [index for _, _, index in keys]) for task_id, keys in groups]


def _append(
    save: Callable[[list[Sample]], None],
    samples: Iterable[Sample],
    answers: AnswerCounts,
    progress: Progress,
) -> int:
    """Write samples to disk in batches as they come, and return their number."""
    count = 0
    with BatchSaver(save, FLUSH_SAMPLES, FLUSH_SECONDS) as finished:
        for sample in samples:
            count += 1
            finished.add(sample)
            progress.advance(tokens=sample.completion_tokens)
            answers.add(sample)
            for news in answers.news():
                progress.note(news)
    return count
