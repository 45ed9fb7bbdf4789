"""A backend that distributes its work among workers on Ray."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evalpkg.generation.base import Listener, Work
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.pool import cluster
from evalpkg.generation.pool.crew import Crew
from evalpkg.generation.pool.dealing import Deal
from evalpkg.generation.provenance import Generated
from evalpkg.generation.rows import ON_CPU
from evalpkg.models import Role, Sample

WAIT_SECONDS = 2.0


class PoolBackend:
    """Runs an ordinary backend in one process for each GPU of a machine or cluster.

    A sample depends on the settings and its key alone, so the samples are those of a single
    process. A worker that dies is replaced, and its open samples are given to others. A node that
    joins late gets work. If a node leaves, only the samples it was working on are made again.

    Raises:
        EvalError: as ``create_backend`` says, raised here or by the first worker.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._ray = cluster.connect(settings)
        self._crew = Crew(self._ray, settings, listener)
        try:
            self._hire()
        except BaseException:
            self.close()
            raise

    def _hire(self) -> None:
        """Start workers, and wait until the first introduces itself or says why it cannot."""
        self._crew.grow()
        self._listener.status(f"starting {self._crew.size} workers on {self._settings.cluster}")
        while not self._crew.introductions():
            for _ in self._crew.heard(WAIT_SECONDS):
                pass
            self._crew.grow()

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples as the workers send them.

        Raises:
            EvalError: if a worker reports one, differs from the others, or workers die again and
                again.
        """
        deal = Deal(work, self._rows())
        asked = sum(len(indexes) for _, indexes in work)
        while asked:
            self._crew.grow()
            for member in self._crew.idle():
                if deal.left:
                    self._crew.start(member, role, deal.take(self._crew.size))
            for member, samples in self._crew.heard(WAIT_SECONDS):
                asked -= len(samples)
                self._listener.tokens(sum(sample.completion_tokens for sample in samples))
                yield from samples
                if member.waits_for is None or member not in self._crew:
                    deal.put_back(member.open.values())
                    member.open = {}

    def _rows(self) -> int:
        """Return the number of samples that a worker decodes at once."""
        first, _ = self._crew.introductions()[0]
        found = first.generated.details.get("rows")
        return found if isinstance(found, int) else self._settings.batch_size or ON_CPU

    def provenance(self) -> Generated:
        """Return the first worker's record, with a list of all workers and their sample counts."""
        introductions = self._crew.introductions()
        generated = introductions[0][0].generated
        workers = [
            {
                "host": who.host,
                "pid": who.pid,
                "python": who.python,
                "device": who.generated.details.get("device", ""),
                "libraries": dict(who.generated.libraries),
                "samples": made,
            }
            for who, made in introductions
        ]
        return replace(generated, speed={**generated.speed, "workers": workers})

    def close(self) -> None:
        """End the workers and leave the cluster; a cluster that was started here ends."""
        self._crew.dismiss()
        self._ray.shutdown()
