"""The table of backends, and the function that creates the one named in the settings.

To add a backend, write its file (``base.Backend`` says what it must do) and add a row here. The
choices of ``--backend``, the check for its packages, and the models in the metadata follow from the
row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from evalpkg.errors import EnvironmentUnfitError, require_choice
from evalpkg.generation.base import Backend, Listener
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.models import Role


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """The facts about a backend that are known without loading it.

    Attributes:
        summary: source of its completions in a few words, for ``--help``.
        factory: ``module:class``; called with the settings and a ``Listener``.
        model_setting: the setting that names each model. A run that needs a model whose setting is
            empty is refused.
        packages: packages that must be importable.
        extra: the extra of this package that installs them.
        uses_torch: whether the backend loads torch into this process.
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


LOADING = tuple(
    name
    for name, entry in BACKENDS.items()
    if entry.model_setting.get(Role.FINETUNED) == "checkpoint_path"
)
"""Backends that load the weights of ``base_model`` and ``checkpoint_path``."""


def get_backend_entry(name: str) -> BackendEntry:
    """Return the row of the backend called ``name``.

    Raises:
        ConfigError: if there is none.
    """
    require_choice(name, BACKENDS, f"backend is {name!r}")
    return BACKENDS[name]


def require_packages(name: str) -> None:
    """Look for the packages of the backend called ``name``, without loading them.

    Raises:
        EnvironmentUnfitError: if one is not installed; it is named.
    """
    row = get_backend_entry(name)
    for package in row.packages:
        if find_spec(package) is None:
            raise EnvironmentUnfitError(
                f"the {name} backend needs the package '{package}', which is not installed",
                f"pip install 'evalpkg[{row.extra}]'. Scoring, reporting and verifying do without.",
            )


def require_engine(settings: GenerationSettings) -> None:
    """Look for what the backend works with: packages, vLLM's Python, the head of a cluster.

    Nothing of it is loaded, so that a wrong name costs no self-check and no minutes of imports.

    Raises:
        ConfigError: if the settings name what cannot be it.
        EnvironmentUnfitError: if it is not there.
    """
    require_packages(settings.backend)
    if settings.cluster:
        from evalpkg.generation.pool.cluster import require_head

        require_head(settings)
    elif settings.backend == "vllm":
        from evalpkg.generation.vllm.process import find_python

        find_python(settings.vllm_python)


def check_checkpoint(settings: GenerationSettings, listener: Listener | None = None) -> None:
    """Refuse a fine-tuned model whose files show that it cannot be used. No weights are loaded.

    Raises:
        EvalError: as ``create_backend`` would.
    """
    require_packages(settings.backend)
    if settings.backend == "vllm":
        from evalpkg.generation.vllm.lora import refuse_adapter

        refuse_adapter(settings)
    from evalpkg.generation.tuned import find_tuned

    find_tuned(settings, (listener or Listener()).status)


def create_backend(settings: GenerationSettings, listener: Listener | None = None) -> Backend:
    """Create the backend that ``settings`` name. Heavy packages are imported only here.

    Raises:
        ConfigError: if the settings contradict each other or the models.
        EnvironmentUnfitError: if the weights cannot be fetched or do not fit on the device.
        DataError: if a file of samples or of weights is malformed.
    """
    if settings.cluster:
        from evalpkg.generation.pool import PoolBackend

        return PoolBackend(settings, listener or Listener())
    require_packages(settings.backend)
    module, _, name = get_backend_entry(settings.backend).factory.partition(":")
    backend: Backend = getattr(import_module(module), name)(settings, listener or Listener())
    return backend
