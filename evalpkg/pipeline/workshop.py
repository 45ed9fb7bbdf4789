"""The scorer and backend that the rounds of one run share, so that each is set up once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from evalpkg.closing import Closing
from evalpkg.generation import BACKENDS, Backend, Listener, create_backend
from evalpkg.pipeline.stage_settings import generation_settings, scoring_settings

if TYPE_CHECKING:
    from evalpkg.pipeline.session import Session
    from evalpkg.reporting.progress import Progress
    from evalpkg.scoring import Scorer


class Workshop(Closing):
    """The scorer, after its self-check, and the backend.

    Each is created when it is first needed, and both are closed at the end of the ``with`` block.
    All rounds must have the same tasks and the same settings of generation and scoring; the number
    of samples may differ.
    """

    def __init__(self) -> None:
        self._owned = ExitStack()
        self._scorer: Scorer | None = None
        self._check: dict[str, Any] = {}
        self._backend: Backend | None = None
        self._listener = Listener()

    def scorer(self, session: Session, progress: Progress, *, check: bool = True) -> Scorer:
        """Return the scorer; the first call creates it and runs the self-check.

        Args:
            session: the run.
            progress: told of the phase.
            check: False skips the self-check; the metadata will say so.

        Raises:
            EnvironmentUnfitError: if this machine cannot judge.
            GateError: if the self-check failed and the user did not allow that.
        """
        from evalpkg.pipeline.self_check import self_check
        from evalpkg.scoring import Scorer

        config, tasks = session.config, session.tasks.tasks
        if self._scorer is None:
            scorer = self._owned.enter_context(Scorer(scoring_settings(config), tasks))
            if check:
                self._check = self_check(scorer, tasks, config.allow_failed_gate, progress)
            self._scorer = scorer
        session.facts.require_same_crates(self._scorer.provenance())
        session.facts.self_check = self._check or None
        session.facts.save()
        return self._scorer

    def backend(self, session: Session, listener: Listener, progress: Progress) -> Backend:
        """Return the backend; the first call loads the model, in a phase of its own.

        Args:
            session: the run.
            listener: told of tokens and slow steps from now on.
            progress: told of the phase.

        Raises:
            ConfigError, EnvironmentUnfitError, DataError: as ``create_backend``.
        """
        self._listener = listener
        if self._backend is None:
            config = session.config
            loads = BACKENDS[config.backend].uses_torch
            progress.phase("loading model" if loads else "preparing", 0)
            heard = Listener(
                lambda count: self._listener.tokens(count),
                lambda line: self._listener.status(line),
                lambda prompts: self._listener.prompts(prompts),
            )
            self._backend = create_backend(generation_settings(config, session.recorded), heard)
        return self._backend

    def unload(self) -> None:
        """Free the backend's memory; the scorer stays."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def close(self) -> None:
        """Unload the model and close the scorer."""
        self.unload()
        self._owned.close()
