import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from evalpkg.errors import ConfigError, DataError, EvalError
from evalpkg.generation import GenerationSettings, adapter
from evalpkg.generation.attach import attach
from evalpkg.generation.network import Network
from evalpkg.generation.vllm.lora import refuse_adapter
from tests.unit.generation.generation_tiny import tiny_model

PROBE = range(3, 20)
LLAMA = "meta-llama/Meta-Llama-3.1-8B-Instruct"


def config_only(folder, base, kind="LORA"):
    folder.mkdir(exist_ok=True)
    config = {"peft_type": kind, "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    return adapter.locate(str(folder), "")


@pytest.mark.parametrize(
    "base",
    [
        LLAMA,
        "meta-llama/Llama-3.1-8B-Instruct",
        "unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit",
        "/models/Meta-Llama-3.1-8B-Instruct/",
    ],
)
def test_other_names_of_the_same_weights_are_accepted(tmp_path, base):
    files = config_only(tmp_path / "a", base)
    assert adapter.check_base(files, LLAMA, allow_mismatch=False) == base


@pytest.mark.parametrize(
    ("declared", "asked"),
    [
        ("meta-llama/Meta-Llama-3-8B-Instruct", LLAMA),
        ("meta-llama/Meta-Llama-3.1-8B", LLAMA),
        ("Qwen/Qwen2.5-Coder-0.5B", LLAMA),
        (LLAMA, "embedded"),
    ],
)
def test_an_adapter_of_another_base_is_refused_naming_both(tmp_path, declared, asked):
    files = config_only(tmp_path / "a", declared)
    with pytest.raises(ConfigError) as caught:
        adapter.check_base(files, asked, allow_mismatch=False)
    assert repr(declared) in caught.value.cause
    assert repr(asked) in caught.value.cause
    assert adapter.check_base(files, asked, allow_mismatch=True) == declared


@pytest.mark.parametrize("base", ["", None])
def test_an_adapter_that_names_no_base_is_used_only_when_asked(tmp_path, base):
    files = config_only(tmp_path / "a", base)
    with pytest.raises(ConfigError, match="does not say which model"):
        adapter.check_base(files, LLAMA, allow_mismatch=False)
    assert adapter.check_base(files, LLAMA, allow_mismatch=True) == ""


@pytest.mark.parametrize(
    "kind", ["PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING", "ADAPTION_PROMPT", "CPT"]
)
def test_an_adapter_that_only_adds_prompt_tokens_is_refused(tmp_path, kind):
    files = config_only(tmp_path / "a", LLAMA, kind)
    with pytest.raises(ConfigError, match=f"is a {kind} adapter: it adds prompt tokens"):
        adapter.declared_base(files)


UNTOLD = [
    ({"init_lora_weights": "pissa_niter_4"}, "init_lora_weights='pissa_niter_4' had changed"),
    ({"init_lora_weights": "lora_ga"}, "init_lora_weights='lora_ga' had changed"),
    ({"init_lora_weights": "corda"}, "init_lora_weights='corda' had changed"),
    ({"alora_invocation_tokens": [5]}, "is an activated LoRA"),
]


@pytest.mark.parametrize(("config", "words"), UNTOLD)
def test_an_adapter_whose_files_do_not_tell_what_it_computes_is_refused(tmp_path, config, words):
    files = trained(tmp_path)
    path = tmp_path / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    with pytest.raises(ConfigError, match=words) as caught:
        adapter.check_base(files, LLAMA, allow_mismatch=True)
    assert caught.value.cure


NOT_FOR_VLLM = [
    ({"init_lora_weights": "pissa"}, "init_lora_weights='pissa' changed"),
    ({"init_lora_weights": "LoftQ"}, "init_lora_weights='loftq' changed"),
    ({"init_lora_weights": "pissa_niter_4"}, "init_lora_weights='pissa_niter_4' had changed"),
    ({"use_dora": True}, "more than LoRA .use_dora"),
    ({"bias": "all"}, "more than LoRA .bias"),
    ({"target_parameters": ["q_proj.weight"]}, "more than LoRA .target_parameters"),
    ({"r": None}, "lacks 'r'"),
]


@pytest.mark.parametrize(("config", "words"), NOT_FOR_VLLM)
def test_vllm_is_not_given_what_it_would_compute_in_another_way(tmp_path, config, words):
    trained(tmp_path)
    settings = GenerationSettings(checkpoint_path=str(tmp_path))
    refuse_adapter(settings)
    path = tmp_path / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    with pytest.raises(EvalError, match=words):
        refuse_adapter(settings)


@pytest.mark.parametrize("text", ["{", "[]", '{"peft_type": "LORA"}', "3", "[" * 9**6])
def test_a_broken_config_is_a_data_error(tmp_path, text):
    (tmp_path / "adapter_config.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"adapter_config\.json"):
        adapter.declared_base(adapter.locate(str(tmp_path), ""))


@pytest.mark.parametrize("reference", ["nonsense", "./gone", "/gone/too", "~/gone/x"])
def test_a_reference_to_nothing_is_refused_without_asking_the_network(reference):
    with pytest.raises(ConfigError, match="no folder"):
        adapter.locate(reference, "")


def test_a_folder_without_an_adapter_is_refused(tmp_path):
    (tmp_path / "checkpoint-9000").mkdir()
    with pytest.raises(ConfigError, match="holds no adapter_config"):
        adapter.locate(str(tmp_path), "")


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors", "x.json"])
@pytest.mark.parametrize("to", ["gone", None])
def test_a_link_that_leads_nowhere_is_named(tmp_path, name, to):
    (tmp_path / name).symlink_to(to or name)
    with pytest.raises(DataError, match=f"{name} is a link that leads nowhere") as caught:
        adapter.locate(str(tmp_path), "")
    assert "cp -L" in caught.value.cure


def test_files_that_no_model_is_read_from_may_be_anything(tmp_path):
    config_only(tmp_path, LLAMA)
    (tmp_path / "README.md").symlink_to("gone")
    (tmp_path / "optimizer.pt").write_bytes(b"version https://git-lfs.github.com/spec/v1")
    (tmp_path / "folder.json").mkdir()
    assert list(adapter.locate(str(tmp_path), "").digests()) == ["adapter_config.json"]


@pytest.mark.parametrize("closed", ["", "adapter_config.json", "adapter_model.safetensors"])
def test_files_that_this_user_may_not_read_are_named(tmp_path, monkeypatch, closed):
    """Root may read all, so the system's answer is put in place of its own."""
    config_only(tmp_path, LLAMA)
    (tmp_path / "adapter_model.safetensors").touch()

    def refused(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    def opened(path, *given, _open=Path.open, **named):
        return refused(path) if path.name == closed else _open(path, *given, **named)

    monkeypatch.setattr(Path, "open", opened)
    if not closed:
        monkeypatch.setattr(Path, "is_dir", refused)
    with pytest.raises(DataError, match=f"{closed} cannot be read: Permission denied") as caught:
        adapter.locate(str(tmp_path), "")
    assert "right to read" in caught.value.cure


def trained(folder, hidden_size=32):
    """An adapter with random, not zero, weights."""
    lora = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    torch.manual_seed(3)
    get_peft_model(tiny_model(hidden_size=hidden_size), lora).save_pretrained(folder)
    return adapter.locate(str(folder), "")


def test_the_base_model_computes_the_same_bits_while_the_adapter_is_off(tmp_path):
    ids = list(range(3, 40))
    _, before = Network(tiny_model(), "sdpa").prompt(ids, adapter=False)
    model = tiny_model()
    network = Network(model, "sdpa", attach(model, trained(tmp_path), "tiny", PROBE).switch)
    _, on = network.prompt(ids, adapter=True)
    _, off = network.prompt(ids, adapter=False)
    _, again = network.prompt(ids, adapter=True)
    assert torch.equal(off, before)
    assert torch.equal(on, again)
    assert not torch.allclose(on, off, atol=1e-3)


def test_the_adapter_computes_in_the_dtype_of_the_base_model(tmp_path):
    model = tiny_model().to(torch.bfloat16)
    attach(model, trained(tmp_path), "tiny", PROBE)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}


def test_an_adapter_of_another_shape_is_refused_naming_both(tmp_path):
    files = trained(tmp_path, hidden_size=48)
    with pytest.raises(ConfigError, match="does not fit the base model 'tiny'"):
        attach(tiny_model(), files, "tiny", PROBE)


def test_an_adapter_of_another_architecture_is_refused(tmp_path):
    files = trained(tmp_path)
    gpt2 = tiny_model("gpt2", n_embd=32, n_layer=2, n_head=4)
    with pytest.raises(ConfigError, match="does not fit"):
        attach(gpt2, files, "gpt2", PROBE)
