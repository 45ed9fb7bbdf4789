"""An adapter that does not apply is refused; one whose names can be mended without doubt is."""

import json
from typing import Any

import pytest
import torch
from peft import LoraConfig, PolyConfig, get_peft_model
from safetensors.torch import load_file, save_file

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError, EvalError
from evalpkg.generation import adapter
from evalpkg.generation.attach import attach
from evalpkg.generation.network import Network
from tests.unit.generation.generation_tiny import tiny_model

PROBE = range(3, 20)
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A trained adapter's tensors and config."""
    folder = tmp_path_factory.mktemp("adapter")
    torch.manual_seed(3)
    lora = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(tiny_model(), lora).save_pretrained(folder)
    return load_file(folder / WEIGHTS), json.loads((folder / CONFIG).read_text())


@pytest.fixture
def attempt(saved, tmp_path):
    """Attaches the adapter with its tensors and its config changed."""

    def run(change=lambda tensors: tensors, **config):
        tensors = change({name: tensor.clone() for name, tensor in saved[0].items()})
        (tmp_path / CONFIG).write_text(json.dumps(saved[1] | config))
        save_file(tensors, tmp_path / WEIGHTS)
        model = tiny_model()
        attached = attach(model, adapter.locate(str(tmp_path), ""), "tiny", PROBE)
        _, logits = Network(model, "sdpa", attached.switch).prompt(PROBE, adapter=True)
        return attached.notes, logits

    return run


def renamed(old, new):
    return lambda tensors: {name.replace(old, new): t for name, t in tensors.items()}


MENDED = {
    "torch.compile": renamed("base_model.model.", "base_model.model._orig_mod."),
    "torch.compile, first": renamed("base_model.", "_orig_mod.base_model."),
    "torch.compile, inside": renamed(".self_attn.", "._orig_mod.self_attn."),
    "doubled": renamed("base_model.model.model.", "base_model.model.model.model."),
    "wrapped twice": renamed("base_model.", "base_model.model.base_model."),
    "data parallel": renamed("base_model.", "module.base_model."),
    "without the prefix": renamed("base_model.model.", ""),
    "with the adapter's name": renamed(".weight", ".default.weight"),
    "with a name of its own": renamed(".weight", ".sft.weight"),
    "FSDP": renamed(".self_attn.", "._fsdp_wrapped_module.self_attn."),
    "activation checkpointing": renamed(".self_attn.", "._checkpoint_wrapped_module.self_attn."),
    "Lightning": renamed("base_model.", "_forward_module.base_model."),
    "text and images": renamed("model.layers.", "model.language_model.layers."),
    "text and images, before": renamed("model.layers.", "language_model.model.layers."),
}


@pytest.mark.parametrize("how", MENDED)
def test_known_prefixes_are_mended_and_the_user_is_told(attempt, how):
    plain, expected = attempt()
    assert plain == ()
    notes, logits = attempt(MENDED[how])
    assert torch.equal(logits, expected)
    assert len(notes) == 1
    assert "8 of the 8 tensors" in notes[0]


def half(tensors):
    return dict(list(tensors.items())[: len(tensors) // 2])


def zeroed(tensors):
    return {n: torch.zeros_like(t) if "lora_B" in n else t for n, t in tensors.items()}


def zeroed_a(tensors):
    return {n: torch.zeros_like(t) if "lora_A" in n else t for n, t in tensors.items()}


def as_integers(tensors):
    return {name: tensor.to(torch.int8) for name, tensor in tensors.items()}


def with_nan(tensors):
    next(iter(tensors.values()))[:] = torch.nan
    return tensors


def doubled(tensors):
    return tensors | {f"_orig_mod.{name}": tensor + 1 for name, tensor in tensors.items()}


def two_adapters(tensors):
    return {
        name.replace(".weight", f".{own}.weight"): tensor.clone()
        for own in ("a", "b")
        for name, tensor in tensors.items()
    }


def one_more(tensors):
    return tensors | {
        "base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight": torch.ones(2)
    }


REFUSED: dict[str, tuple[Any, dict[str, Any], type[EvalError], str]] = {
    "no tensors": (lambda _: {}, {}, DataError, "holds no tensors"),
    "half": (half, {}, ConfigError, "4 of the 8 weights that the config .* asks for"),
    "layers without": (
        lambda t: t,
        {"target_modules": ["q_proj", "k_proj", "v_proj"]},
        ConfigError,
        "k_proj",
    ),
    "elsewhere": (
        renamed("q_proj", "w_proj"),
        {},
        ConfigError,
        "4 of the 8 tensors .* fit nowhere",
    ),
    "a layer too many": (one_more, {}, ConfigError, "1 of the 9 tensors .*layers.7"),
    "two of them": (two_adapters, {}, ConfigError, "16 of the 16 tensors .* fit nowhere"),
    "twice": (doubled, {}, ConfigError, "8 of the 16 tensors .* fit nowhere"),
    "zero": (zeroed, {}, ConfigError, "every lora_B .* is zero"),
    "NaN": (with_nan, {}, DataError, "not numbers"),
    "A zero": (zeroed_a, {}, ConfigError, "every lora_A .* is zero"),
    "integers": (as_integers, {}, DataError, "int8 values"),
    "a layer of its own lost": (
        lambda t: t,
        {"modules_to_save": ["lm_head"]},
        ConfigError,
        "1 of the 9 weights that the config .* not in its file: base_model.model.lm_head.weight",
    ),
    "no scaling": (lambda t: t, {"lora_alpha": 0}, ConfigError, "changes no logit"),
    "unknown type": (
        lambda t: t,
        {"peft_type": "NOVEL"},
        EnvironmentUnfitError,
        "PEFT .* cannot read",
    ),
}


@pytest.mark.parametrize("how", REFUSED)
def test_an_adapter_that_does_not_apply_is_refused(attempt, how):
    change, config, kind, words = REFUSED[how]
    with pytest.raises(kind, match=words) as caught:
        attempt(change, **config)
    assert caught.value.cure


def test_an_adapter_that_replaces_weights_of_the_base_model_is_refused(attempt):
    key = "base_model.model.model.embed_tokens.weight"
    with pytest.raises(ConfigError, match="changes weights of the base model itself"):
        attempt(lambda tensors: tensors | {key: torch.ones(96, 32)})


def test_the_base_models_own_weights_in_the_file_do_no_harm(attempt):
    own = tiny_model().model.embed_tokens.weight.detach().clone()
    key = "base_model.model.model.embed_tokens.weight"
    attempt(lambda tensors: tensors | {key: own})


def test_layers_that_learned_nothing_are_named(attempt):
    def one_zero(tensors):
        name = next(name for name in tensors if "lora_B" in name)
        return tensors | {name: torch.zeros_like(tensors[name])}

    notes, _ = attempt(one_zero)
    assert "1 of the 4 lora_B" in notes[0]


def trained(folder, save=None, **config):
    """Save an adapter whose every trainable weight was changed; return its logits."""
    torch.manual_seed(3)
    lora = LoraConfig(**{"r": 2, "target_modules": ["q_proj"], "init_lora_weights": False} | config)
    model = get_peft_model(tiny_model(), lora)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder, **(save or {}))
    with torch.inference_mode():
        return model.eval()(input_ids=torch.tensor([list(PROBE)])).logits[0, -1]


ADAPTERS: dict[str, dict[str, Any]] = {
    "DoRA": {"use_dora": True},
    "rsLoRA": {"use_rslora": True},
    "an embedding": {"target_modules": ["embed_tokens", "q_proj"]},
    "the head": {"target_modules": ["lm_head", "q_proj"]},
    "layers of its own": {"modules_to_save": ["lm_head", "embed_tokens", "norm"]},
    "layers of its own, and their copies": {
        "modules_to_save": ["lm_head", "embed_tokens"],
        "save": {"save_embedding_layers": True},
    },
    "tokens": {"trainable_token_indices": [3, 4]},
    "tokens, and the embedding": {
        "trainable_token_indices": [3, 4],
        "save": {"save_embedding_layers": True},
    },
    "ranks and scales": {"rank_pattern": {"q_proj": 4}, "alpha_pattern": {"q_proj": 5}},
    "some layers": {"layers_to_transform": [1]},
    "every linear layer": {"target_modules": "all-linear", "lora_bias": True},
}


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("format_of", ["safetensors", "pickle"])
def test_an_adapter_of_every_kind_computes_what_peft_trained(tmp_path, kind, format_of):
    expected = trained(tmp_path, **ADAPTERS[kind])
    if format_of == "pickle":
        torch.save(load_file(tmp_path / WEIGHTS), tmp_path / "adapter_model.bin")
        (tmp_path / WEIGHTS).unlink()
    model = tiny_model()
    attached = attach(model, adapter.locate(str(tmp_path), ""), "tiny", PROBE)
    _, logits = Network(model, "sdpa", attached.switch).prompt(PROBE, adapter=True)
    assert torch.allclose(logits, expected, atol=1e-4)


@pytest.mark.parametrize("also", [{}, {"lora_alpha": 0}], ids=["with layers", "alone"])
def test_trained_tokens_count_as_a_change_where_the_prompt_holds_none_of_them(tmp_path, also):
    trained(tmp_path, trainable_token_indices=[50, 90], **also)
    attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)


def test_trained_tokens_that_are_the_base_models_are_no_change(tmp_path):
    trained(tmp_path, trainable_token_indices=[50, 90], lora_alpha=0)
    tensors = load_file(tmp_path / WEIGHTS)
    name = next(name for name in tensors if "trainable_tokens" in name)
    own = tiny_model().model.embed_tokens.weight.detach()[[50, 90]].clone()
    save_file(tensors | {name: own}, tmp_path / WEIGHTS)
    with pytest.raises(ConfigError, match="changes no logit of tiny on a prompt of 19 tokens"):
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.float8_e5m2, torch.bfloat16])
def test_weights_of_few_bits_are_widened(attempt, kind):
    _, logits = attempt(lambda tensors: {name: t.to(kind) for name, t in tensors.items()})
    _, expected = attempt(lambda tensors: {name: t.to(kind).float() for name, t in tensors.items()})
    assert torch.equal(logits, expected)
    with pytest.raises(DataError, match="not numbers"):
        attempt(lambda tensors: {name: (t * torch.nan).to(kind) for name, t in tensors.items()})


def test_layers_that_are_scaled_by_zero_are_named(attempt):
    notes, _ = attempt(alpha_pattern={"v_proj": 0})
    assert any("scales 2 of its 4 layers by zero" in note for note in notes)


def test_a_matrix_of_zeros_is_no_reason_to_refuse_what_changes_other_weights(tmp_path):
    expected = trained(tmp_path, modules_to_save=["lm_head"])
    tensors = {n: t * ("lora_B" not in n) for n, t in load_file(tmp_path / WEIGHTS).items()}
    save_file(tensors, tmp_path / WEIGHTS)
    notes = attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE).notes
    assert "2 of the 2 lora_B" in notes[0]
    assert expected.isfinite().all()


def test_weights_in_parts_are_refused_with_the_way_to_join_them(saved, tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps(saved[1]))
    for part in (1, 2):
        save_file(saved[0], tmp_path / f"adapter_model-0000{part}-of-00002.safetensors")
    with pytest.raises(DataError, match="in 2 parts") as caught:
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)
    assert "join" in caught.value.cure


def test_pefts_own_warnings_are_passed_on(attempt):
    notes, _ = attempt(novel_option={"a": 1})
    assert any("PEFT warns" in note and "novel_option" in note for note in notes)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (WEIGHTS, POINTER, "git-lfs pointer"),
        (CONFIG, POINTER, "git-lfs pointer"),
        (WEIGHTS, b"\x10\0\0\0\0\0\0\0{", "cannot be read"),
        (WEIGHTS, b"", "cannot be read"),
        (WEIGHTS, None, "holds neither"),
        ("adapter_model.bin", b"no pickle", "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_named(saved, tmp_path, name, content, words):
    (tmp_path / CONFIG).write_text(json.dumps(saved[1]))
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)
    assert caught.value.cure


def test_pickled_weights_are_read_and_never_run(saved, tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps(saved[1]))
    torch.save(saved[0], tmp_path / "adapter_model.bin")
    assert attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE).notes == ()
    torch.save(EvalError, tmp_path / "adapter_model.bin")
    with pytest.raises(DataError, match="cannot be read"):
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)


NO_TABLES = [
    [torch.ones(2)],
    {1: torch.ones(2)},
    {"a": {"b": 1}},
    {"a": torch.ones(2, device="meta")},
    {"a": torch.ones(2).to_sparse()},
]


@pytest.mark.parametrize("content", NO_TABLES)
def test_pickled_weights_that_are_no_table_are_refused(saved, tmp_path, content):
    (tmp_path / CONFIG).write_text(json.dumps(saved[1]))
    torch.save(content, tmp_path / "adapter_model.bin")
    with pytest.raises(DataError, match="not a table of tensors"):
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)


def test_a_kind_that_wants_more_than_token_ids_is_refused_by_name(tmp_path):
    poly = PolyConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM", n_tasks=2)
    get_peft_model(tiny_model(), poly).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match=r"kind \(POLY\) .*task_ids"):
        attach(tiny_model(), adapter.locate(str(tmp_path), ""), "tiny", PROBE)
