"""Loads a whole model and its tokenizer: device, number format, attention kernel."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError, EvalError
from evalpkg.generation import embedded, hub
from evalpkg.generation.adapter_weights import detail
from evalpkg.generation.generation_settings import EMBEDDED, GenerationSettings
from evalpkg.generation.loading_errors import explained, refuse_partial
from evalpkg.generation.tokenizer_files import read_tokenizer

_DRIVER = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A loaded model: the base model, or a whole fine-tuned one.

    Attributes:
        model: the transformers model, in evaluation mode.
        tokenizer: made from the same files, or given by the caller.
        files: the files it was loaded from.
        attention: the attention kernel it was loaded with.
        attention_note: reason why it is not the preferred kernel; empty if it is.
        notes: sentences about the loading that the user must see.
    """

    model: Any
    tokenizer: Any
    files: hub.ModelFiles
    attention: str
    attention_note: str
    notes: tuple[str, ...] = ()


def load_base(
    settings: GenerationSettings,
    on_status: Callable[[str], None],
    files: hub.ModelFiles | None = None,
    tokenizer: Any = None,
) -> BaseModel:
    """Load the base model that ``settings`` name, or the model in ``files`` if given.

    Args:
        settings: name the model, the device, the number format and the kernel.
        on_status: called with one line before each step that takes a while.
        files: of the model to load in place of the one that ``settings`` name.
        tokenizer: used in place of the model's own.

    Raises:
        ConfigError: if there is no such model, device or kernel, or the model needs code of its own
            that is not trusted.
        EnvironmentUnfitError: if the model cannot be fetched or loaded, or does not fit on the
            device.
        DataError: if the files lack some of the weights, or hold an adapter too.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    device = choose_device(settings.device)
    if device == "cpu" and settings.device == "auto" and hidden_gpu():
        told = f"this machine has an NVIDIA GPU that PyTorch {torch.__version__} does not see"
        if settings.base_model != EMBEDDED:
            raise EnvironmentUnfitError(
                told,
                "Repair the driver or install a CUDA build of PyTorch (see `evalpkg doctor`); "
                "--device cpu computes on the CPU anyway.",
            )
        on_status(f"{told}: the embedded model runs on the CPU")
    dtype = choose_dtype(settings.dtype, device)
    files = files or locate(settings, on_status)
    on_status(f"Loading {settings.base_model} in {dtype} on {device}")
    _refuse_adapter(files)
    refuse_newer(files)
    arguments: dict[str, Any] = {"dtype": getattr(torch, dtype)}
    if device != "cpu":
        arguments["device_map"] = {"": device}
    if settings.load_in_4bit:
        arguments.update(_four_bit(dtype, device))
    kernel, note = choose_attention(settings.attention, device, dtype)
    remote = {"trust_remote_code": settings.trust_remote_code}
    try:
        config = AutoConfig.from_pretrained(files.folder, **remote)
        tokenizer = tokenizer or read_tokenizer(settings, files)
        if settings.attention == "auto" and _caps_scores(config):
            kernel, note = "eager", "the model caps its attention scores, which others do not"

        def load(attention: str) -> tuple[Any, Mapping[str, Any]]:
            loaded: tuple[Any, Mapping[str, Any]] = AutoModelForCausalLM.from_pretrained(
                files.folder,
                config=config,
                attn_implementation=attention,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are named and refused below
                **arguments,
                **remote,
            )
            return loaded

        try:
            model, loaded = load(kernel)
        except (ValueError, ImportError) as error:
            refused = re.search("attention|sdpa|flash", str(error), re.IGNORECASE)
            if settings.attention != "auto" or not refused:
                raise
            note = f"{kernel} is refused: {detail(error)}"
            kernel = "eager"
            model, loaded = load(kernel)
    except torch.cuda.OutOfMemoryError as error:
        raise EnvironmentUnfitError(
            f"{settings.base_model} does not fit into the memory of {device}",
            "Use a larger device, or --load-in-4bit.",
        ) from error
    except EvalError:
        raise
    except Exception as error:  # transformers and safetensors raise a dozen kinds
        raise explained(error, settings.base_model) from error
    notes = refuse_partial(files.name, loaded)
    return BaseModel(model.eval(), tokenizer, files, kernel, note, notes)


def _refuse_adapter(files: hub.ModelFiles) -> None:
    """Refuse a model with an adapter beside it, which transformers would put into it unasked."""
    if (files.folder / "adapter_config.json").exists():
        raise DataError(
            f"{files.name} holds an adapter (adapter_config.json) beside the model, and "
            "transformers would put it into the model without a word",
            "Give a folder that holds the model alone.",
        )


def refuse_newer(files: hub.ModelFiles) -> None:
    """Refuse a model that a later generation of transformers saved.

    Generations name settings in other ways, and ignore names that they do not know. transformers 4
    reads no ``rope_parameters``: it takes its own default for the base of the rotary embedding, and
    computes something else without a word.
    """
    import transformers

    try:
        config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
        saved = str(config.get("transformers_version") or "")
        newer = int(saved.partition(".")[0]) > int(transformers.__version__.partition(".")[0])
    except (OSError, ValueError, AttributeError):  # transformers says what is wrong with the file
        return
    if newer:
        raise EnvironmentUnfitError(
            f"{files.name} was saved by transformers {saved}, and {transformers.__version__} would "
            "ignore some of its settings without a word",
            f"Install transformers {saved.partition('.')[0]}, or save the model with transformers "
            f"{transformers.__version__.partition('.')[0]}.",
        )


def _caps_scores(config: Any) -> bool:
    """Tell whether the model caps attention scores, which only the eager kernel does."""
    return bool(getattr(config.get_text_config(), "attn_logit_softcapping", None))


def locate(
    settings: GenerationSettings, on_status: Callable[[str], None], *, weights: bool = True
) -> hub.ModelFiles:
    """Find the base model's files; fetch or unpack them if needed, on request without weights."""
    name = settings.base_model
    if name == EMBEDDED:
        source = f"{embedded.MODEL_ID}, Q4_1, {embedded.PACKAGE} {embedded.PACKAGE_VERSION}"
        return hub.ModelFiles(name, embedded.model_folder(on_status), source)
    if folder := hub.local_folder(name):
        return hub.ModelFiles(name, folder)
    if name.count("/") != 1 or name.startswith(("/", ".", "~")):
        raise ConfigError(
            f"there is no folder {name!r}, and it does not name a Hub repository",
            "Give a folder, `owner/repository`, or `embedded`.",
        )
    if weights:
        on_status(f"Fetching {name}")
    patterns = hub.WHOLE_MODEL if weights else hub.WITHOUT_WEIGHTS
    return hub.fetch(name, settings.base_revision, patterns)


def choose_device(asked: str) -> str:
    """Return ``cpu`` or ``cuda:N``.

    Raises:
        ConfigError: for a name that is neither.
        EnvironmentUnfitError: if a GPU is asked for that PyTorch does not see.
    """
    import torch

    kind, _, number = asked.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (number and not number.isdigit()):
        raise ConfigError(f"device is {asked!r}", "Choose one of: auto, cpu, cuda, cuda:N.")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind == "cpu" or (kind == "auto" and not there):
        return "cpu"
    if int(number or 0) >= there:
        raise EnvironmentUnfitError(
            f"device is {asked!r}, but PyTorch {torch.__version__} sees {there} CUDA devices",
            "Use --device cpu, or repair the driver or the PyTorch build (see `evalpkg doctor`).",
        )
    # CUDA reads it when it starts. Without it, cuBLAS may choose a workspace, and so the result.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return f"cuda:{number or 0}"


def hidden_gpu() -> bool:
    """Tell whether the driver lists an NVIDIA GPU, whatever PyTorch sees."""
    return any(_DRIVER.glob("*"))


def choose_dtype(asked: str, device: str) -> str:
    """Return ``asked``; for ``auto`` bfloat16 if the device computes in it, else another.

    The other one is float16 on a GPU and float32 on a CPU.
    """
    import torch

    if asked != "auto":
        return asked
    if device != "cpu":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    return "bfloat16" if _cpu_computes_bfloat16() else "float32"


def _cpu_computes_bfloat16() -> bool:
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


def choose_attention(asked: str, device: str, dtype: str) -> tuple[str, str]:
    """Choose the kernel for prompts; also return why it is not FlashAttention 2.

    The reason is empty where FlashAttention 2 is used or was not preferred.

    Raises:
        EnvironmentUnfitError: if FlashAttention 2 is asked for by name and cannot run here.
    """
    if asked not in ("auto", "flash_attention_2"):
        return asked, ""
    if device == "cpu":
        missing = "FlashAttention 2 needs a CUDA device"
    elif dtype == "float32":
        missing = "FlashAttention 2 computes in bfloat16 and float16 only"
    elif flaw := _flash_flaw():
        missing = flaw
    else:
        return "flash_attention_2", ""
    if asked != "auto":
        raise EnvironmentUnfitError(missing, "Use --attention auto or sdpa.")
    return "sdpa", missing


def _flash_flaw() -> str:
    """Return why flash-attn cannot be used; empty if it can.

    The check imports it: it can be installed without its CUDA part or without einops, and only the
    import shows that.
    """
    if find_spec("flash_attn") is None:
        return "the package flash-attn is not installed"
    try:
        import_module("flash_attn")
    except Exception as error:
        return f"the package flash-attn cannot be imported: {detail(error)}"
    return ""


def _four_bit(dtype: str, device: str) -> dict[str, Any]:
    if find_spec("bitsandbytes") is None:
        raise EnvironmentUnfitError(
            "loading in 4 bit needs the package bitsandbytes, which is not installed",
            'Install it: pip install "evalpkg[quant]".',
        )
    import torch
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, dtype),
    )
    return {"quantization_config": config, "device_map": {"": device}}
