"""The table of backends, and the one that the settings name.

To add a backend, write its file (``base.Backend`` says what it must do) and give it a row here.
The choices of ``--backend``, the packages that are looked for, and what the metadata says of the
models follow from the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.base import Backend, Listener
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.models import Role


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """What is known of a backend without loading it.

    Attributes:
        summary: where its completions come from, in a few words, for ``--help``.
        factory: ``module:class``; called with the settings and a ``Listener``.
        model_setting: for each model, the setting that names it. A run that asks for a model whose
            setting is empty is refused.
        packages: what must be importable.
        extra: the extra of this package that installs them.
        uses_torch: whether torch is loaded into this process.
    """

    summary: str
    factory: str
    model_setting: Mapping[Role, str]
    packages: tuple[str, ...] = ()
    extra: str = ""
    uses_torch: bool = False


BACKENDS: dict[str, BackendEntry] = {
    "transformers": BackendEntry(
        "weights on this machine",
        "evalpkg.generation.transformers_backend:TransformersBackend",
        {Role.BASE: "base_model", Role.FINETUNED: "checkpoint_path"},
        ("torch", "transformers", "peft"),
        "models",
        uses_torch=True,
    ),
    "vllm": BackendEntry(
        "the same, computed by vLLM; experimental",
        "evalpkg.generation.vllm.backend:VllmBackend",
        {Role.BASE: "base_model", Role.FINETUNED: "checkpoint_path"},
        ("torch", "transformers", "peft"),
        "models",
        uses_torch=True,
    ),
    "openai": BackendEntry(
        "any compatible server",
        "evalpkg.generation.openai_backend:OpenAIBackend",
        {Role.BASE: "openai_base_model", Role.FINETUNED: "openai_finetuned_model"},
        ("openai",),
        "openai",
    ),
    "replay": BackendEntry(
        "samples that are there already",
        "evalpkg.generation.replay:ReplayBackend",
        {Role.BASE: "replay_base", Role.FINETUNED: "replay_finetuned"},
    ),
}


def entry(name: str) -> BackendEntry:
    """The row of the backend called ``name``.

    Raises:
        ConfigError: if there is none.
    """
    try:
        return BACKENDS[name]
    except KeyError:
        raise ConfigError(
            f"backend is {name!r}", f"Choose one of: {', '.join(BACKENDS)}."
        ) from None


def require_packages(name: str) -> None:
    """Look for the packages of the backend called ``name``, without loading them.

    Raises:
        EnvironmentUnfitError: naming the first that is not installed.
    """
    row = entry(name)
    for package in row.packages:
        if find_spec(package) is None:
            raise EnvironmentUnfitError(
                f"the {name} backend needs the package '{package}', which is not installed",
                f"pip install 'evalpkg[{row.extra}]'. Scoring, reporting and verifying do without.",
            )


def create_backend(settings: GenerationSettings, listener: Listener | None = None) -> Backend:
    """The backend that ``settings`` name. Heavy imports happen here and not before.

    Raises:
        ConfigError: if the settings contradict each other or the models.
        EnvironmentUnfitError: if the weights cannot be had or the device cannot hold them.
        DataError: if a file of samples or of weights is malformed.
    """
    if settings.cluster:
        from evalpkg.generation.pool import PoolBackend

        return PoolBackend(settings, listener or Listener())
    require_packages(settings.backend)
    module, _, name = entry(settings.backend).factory.partition(":")
    backend: Backend = getattr(import_module(module), name)(settings, listener or Listener())
    return backend
