import hashlib
import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError
from evalpkg.generation import GenerationSettings, create_backend, loading
from evalpkg.generation.hub import ModelFiles
from tests.unit.generation.generation_tiny import tiny_model
from tests.unit.generation.test_tokens import tokenizer

NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without a GPU")


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:", "", "mps"])
def test_unknown_devices_are_refused(device):
    if device == "cpu:":
        assert loading.choose_device(device) == "cpu"
        return
    with pytest.raises(ConfigError, match="device is"):
        loading.choose_device(device)


@NO_GPU
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_gpu_that_is_not_there_is_a_clear_error(device):
    with pytest.raises(EnvironmentUnfitError, match="sees 0 CUDA devices") as caught:
        loading.choose_device(device)
    assert "--device cpu" in caught.value.cure


@NO_GPU
def test_auto_falls_back_to_the_cpu_and_to_a_dtype_it_computes_in():
    assert loading.choose_device("auto") == "cpu"
    assert loading.choose_dtype("auto", "cpu") in ("bfloat16", "float32")
    assert loading.choose_dtype("float16", "cpu") == "float16"


@pytest.mark.parametrize(
    ("asked", "device", "dtype", "expected"),
    [
        ("sdpa", "cpu", "float32", "sdpa"),
        ("eager", "cuda:0", "bfloat16", "eager"),
        ("auto", "cpu", "bfloat16", "sdpa"),
        ("auto", "cuda:0", "float32", "sdpa"),
    ],
)
def test_attention_falls_back_with_a_reason(asked, device, dtype, expected):
    kernel, note = loading.choose_attention(asked, device, dtype)
    assert kernel == expected
    assert bool(note) == (asked == "auto")


def test_flash_attention_by_name_is_refused_where_it_cannot_run():
    with pytest.raises(EnvironmentUnfitError, match="CUDA"):
        loading.choose_attention("flash_attention_2", "cpu", "bfloat16")


@pytest.mark.parametrize("name", ["nonsense", "./gone", "/gone/too", "a/b/c"])
def test_a_base_model_that_is_nowhere_is_refused_without_asking_the_network(name):
    with pytest.raises(ConfigError, match="no folder"):
        create_backend(GenerationSettings(base_model=name, checkpoint_path="", device="cpu"))


def test_a_folder_that_holds_no_model_is_a_clear_error(tmp_path):
    settings = GenerationSettings(base_model=str(tmp_path), checkpoint_path="", device="cpu")
    with pytest.raises(EnvironmentUnfitError, match="cannot be loaded"):
        create_backend(settings)


def test_a_model_with_code_of_its_own_is_refused_unless_trusted(tmp_path):
    config = {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModel": "own.M"}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "own.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    settings = GenerationSettings(base_model=str(tmp_path), checkpoint_path="", device="cpu")
    with pytest.raises(ConfigError, match="code of its own") as caught:
        create_backend(settings)
    assert "--trust-remote-code" in caught.value.cure


@NO_GPU
def test_a_gpu_that_torch_does_not_see_is_no_reason_to_compute_for_days(tmp_path, monkeypatch):
    (tmp_path / "0000:01:00.0").mkdir()
    monkeypatch.setattr(loading, "_DRIVER", tmp_path)
    settings = GenerationSettings(base_model="a/b", checkpoint_path="")
    with pytest.raises(EnvironmentUnfitError, match="does not see") as caught:
        create_backend(settings)
    assert "--device cpu" in caught.value.cure


def saved_model(folder):
    tiny_model().save_pretrained(folder)
    return GenerationSettings(base_model=str(folder), checkpoint_path="", device="cpu")


def test_a_model_of_which_a_part_is_missing_is_refused(tmp_path):
    settings = saved_model(tmp_path)
    file = tmp_path / "model.safetensors"
    tensors = load_file(file)
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, file, metadata={"format": "pt"})
    tokenizer(None, adds_bos=False).save_pretrained(tmp_path)
    with pytest.raises(DataError, match=r"lack 1 of the model's weights: model\.layers\.1"):
        create_backend(settings)


def test_an_adapter_beside_the_base_model_is_not_put_into_it(tmp_path):
    """Transformers would do so without a word, and a fine-tuned model would be the base."""
    settings = saved_model(tmp_path)
    tokenizer(None, adds_bos=False).save_pretrained(tmp_path)
    lora = LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
    get_peft_model(tiny_model(), lora).save_pretrained(tmp_path)
    with pytest.raises(DataError, match=r"holds an adapter .* beside the model"):
        create_backend(settings)


def test_weights_that_are_not_numbers_are_told_as_that(tmp_path):
    settings = saved_model(tmp_path)
    tokenizer(None, adds_bos=False).save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["model.norm.weight"][:] = torch.nan
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DataError, match="output of LlamaForCausalLM is not a number"):
        create_backend(settings)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs pointer"),
        (b"\x10\0\0\0\0\0\0\0{", "cannot be loaded"),
        (b"", "cannot be loaded"),
        (None, "cannot be loaded"),
    ],
)
def test_weights_that_cannot_be_read_are_an_error_and_no_traceback(tmp_path, content, words):
    settings = saved_model(tmp_path)
    tokenizer(None, adds_bos=False).save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    if content is not None:
        (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises((DataError, EnvironmentUnfitError), match=words):
        create_backend(settings)


@pytest.mark.parametrize(
    ("saved", "refused"), [("99.0.1", True), ("4.40.0", False), ("", False), (None, False)]
)
def test_a_model_that_a_later_generation_of_transformers_saved_is_refused(tmp_path, saved, refused):
    """transformers 4 would take its default of the rotary base for that of the model."""
    settings = saved_model(tmp_path)
    tokenizer(None, adds_bos=False).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"transformers_version": saved}))
    if not refused:
        create_backend(settings).close()
        return
    with pytest.raises(EnvironmentUnfitError, match=r"saved by transformers 99\.0\.1") as caught:
        create_backend(settings)
    assert "Install transformers 99" in caught.value.cure


def test_digests_cover_weights_and_configs_only(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_bytes(b"{}")
    (tmp_path / "README.md").write_bytes(b"words")
    assert ModelFiles("m", tmp_path).digests() == {
        "config.json": hashlib.sha256(b"{}").hexdigest(),
        "model.safetensors": hashlib.sha256(b"weights").hexdigest(),
    }


@pytest.mark.parametrize(
    "broken", ["import no_such_cuda_half", "raise OSError('undefined symbol')"]
)
def test_half_a_flash_attention_falls_back_and_says_why(monkeypatch, tmp_path, broken):
    (tmp_path / "flash_attn").mkdir()
    (tmp_path / "flash_attn/__init__.py").write_text(broken + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    kernel, note = loading.choose_attention("auto", "cuda:0", "bfloat16")
    assert kernel == "sdpa"
    assert "cannot be imported" in note
    assert "no_such_cuda_half" in note or "undefined symbol" in note
    with pytest.raises(EnvironmentUnfitError, match="cannot be imported"):
        loading.choose_attention("flash_attention_2", "cuda:0", "bfloat16")
