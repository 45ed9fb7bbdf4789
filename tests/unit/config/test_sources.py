"""The command line overrides the environment, which overrides YAML; mistakes are named with the
place where they were made."""

from pathlib import Path

import pytest

from evalpkg.config import ENVIRONMENT, EvalConfig, load_config, load_several
from evalpkg.errors import ConfigError
from evalpkg.models import Mode, Role
from evalpkg.sandbox.select import MODES


def yaml_file(folder: Path, text: str) -> Path:
    path = folder / "evaluation.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def failure(**sources: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(**sources)  # type: ignore[arg-type]
    return caught.value


def test_defaults_are_those_of_the_documentation() -> None:
    config = load_config()
    assert config.base_model == "meta-llama/Meta-Llama-3.1-8B-Instruct"
    assert (
        config.checkpoint_path
        == "Superuser666-Sigil/Llama-3.1-8B-Instruct-Rust-QLora/checkpoint-9000"
    )
    assert (config.num_samples, config.k_values, config.seed) == (100, (1, 10, 100), 1234)
    assert (config.timeout, config.batch_size, config.max_new_tokens) == (10.0, None, 512)
    assert (config.temperature, config.top_p, config.sandbox_mode) == (0.2, 0.95, "auto")
    assert config.modes == (Mode.NO_POLICY, Mode.POLICY)
    assert config.roles == (Role.BASE, Role.FINETUNED)


def test_each_source_overrides_the_one_below(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "num-samples: 2\nseed: 2\nlimit: 2\n")
    config = load_config({"num_samples": "4"}, {"NUM_SAMPLES": "3", "SEED": "3"}, file)
    assert (config.num_samples, config.seed, config.limit) == (4, 3, 2)


def test_every_environment_variable_of_the_contract_is_read() -> None:
    values = {
        "BASE_MODEL": "m",
        "CHECKPOINT_PATH": "a",
        "NUM_SAMPLES": "7",
        "K_VALUES": "2,1",
        "OUTPUT_DIR": "out",
        "SANDBOX_MODE": "firejail",
        "SEED": "9",
        "SKIP_ENV_CHECK": "1",
        "NONINTERACTIVE": "1",
        "EVALPKG_VLLM_PYTHON": "/opt/vllm/bin/python",
    }
    assert set(ENVIRONMENT) == set(values)
    config = load_config(environ=values)
    assert (config.base_model, config.checkpoint_path, config.num_samples) == ("m", "a", 7)
    assert (config.k_values, config.output_dir, config.seed) == ((1, 2), Path("out"), 9)
    assert (config.sandbox_mode, config.skip_env_check, config.noninteractive) == (
        "firejail",
        True,
        True,
    )


def test_an_empty_variable_is_unset() -> None:
    assert load_config(environ={"NUM_SAMPLES": " ", "NONINTERACTIVE": ""}) == EvalConfig()


def test_errors_name_the_source(tmp_path: Path) -> None:
    assert failure(environ={"NUM_SAMPLES": "abc"}).cause == (
        "environment variable NUM_SAMPLES=abc: not a whole number"
    )
    assert failure(options={"num_samples": "abc"}).cause.startswith("option --num-samples abc:")
    file = yaml_file(tmp_path, "num_samples: abc\n")
    assert failure(file=file).cause.startswith(f"{file}, num_samples: abc:")


def test_all_mistakes_are_told_at_once() -> None:
    cause = failure(options={"seed": "-1", "top_p": "2"}, environ={"K_VALUES": "0"}).cause
    assert "--seed -1" in cause
    assert "--top-p 2" in cause
    assert "K_VALUES=0" in cause


@pytest.mark.parametrize("text", ["0", "1,0", "-1", "1,x", "1.5", ",", "[]"])
def test_unusable_k_values_are_refused(text: str) -> None:
    assert "K_VALUES" in failure(environ={"K_VALUES": text}).cause


def test_k_values_are_sorted_and_unique() -> None:
    assert load_config({"k_values": "10, 1,10"}).k_values == (1, 10)


def test_yaml_lists_and_numbers_serve_as_k_values(tmp_path: Path) -> None:
    assert load_config(file=yaml_file(tmp_path, "k_values: [5, 1]\n")).k_values == (1, 5)
    assert load_config(file=yaml_file(tmp_path, "k_values: 5\n")).k_values == (5,)


def test_an_unknown_yaml_key_gets_the_nearest(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "num_sample: 3\n")
    error = failure(file=file)
    assert error.cause == f"{file}: unknown key 'num_sample'"
    assert error.cure == "Did you mean 'num_samples'?"


def test_an_unknown_value_gets_the_choices() -> None:
    error = failure(options={"backend": "replai"})
    assert "--backend replai" in error.cause
    assert "Did you mean 'replay'?" in error.cure
    assert "transformers, vllm, openai, replay" in error.cure


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [\n", "plain"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    file = yaml_file(tmp_path, text)
    assert str(file) in failure(file=file).cause


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in failure(file=tmp_path / "none.yaml").cause


@pytest.mark.parametrize("shard", ["4/4", "1", "a/b", "-1/2", "0/0"])
def test_a_shard_that_is_no_part_is_refused(shard: str) -> None:
    assert f"--shard {shard}" in failure(options={"shard": shard}).cause


@pytest.mark.parametrize(
    "options",
    [
        {"policy_only": True, "no_policy_only": True},
        {"skip_base": True, "skip_finetuned": True},
        {"backend": "replay", "replay_base": "canonical"},
    ],
)
def test_settings_that_leave_nothing_to_do_are_refused(options: dict[str, object]) -> None:
    failure(options=options)


def test_modes_and_roles_follow_the_flags() -> None:
    assert load_config({"policy_only": True}).modes == (Mode.POLICY,)
    assert load_config({"no_policy_only": True}).modes == (Mode.NO_POLICY,)
    assert load_config({"skip_base": True}).roles == (Role.FINETUNED,)


def test_only_what_changes_results_binds_a_directory() -> None:
    free = {name for name in EvalConfig.model_fields if not EvalConfig.binds(name)}
    assert {"n_workers", "batch_size", "output_dir", "cache_dir", "noninteractive"} <= free
    assert not {"seed", "num_samples", "timeout", "top_p", "dataset", "sandbox_mode"} & free


def test_the_sandbox_modes_are_those_of_the_sandbox() -> None:
    assert EvalConfig.choices("sandbox_mode") == MODES


@pytest.mark.parametrize("number", ["inf", "nan"])
def test_a_number_is_finite(number: str) -> None:
    assert "finite" in failure(options={"temperature": number}).cause


@pytest.mark.parametrize("field", ["output_dir", "cache_dir"])
def test_an_empty_path_is_not_the_working_directory(field: str) -> None:
    assert failure(options={field: ""}).cause.endswith("empty")


def test_a_command_for_several_values_takes_a_list_from_the_file_or_the_command_line(
    tmp_path: Path,
) -> None:
    file = yaml_file(tmp_path, "checkpoint_path: [a/1, a/2]\nseed: 2\n")
    config, found = load_several("checkpoint_path", file=file)
    assert (config.checkpoint_path, config.seed, found) == ("a/1", 2, ("a/1", "a/2"))
    _, found = load_several("checkpoint_path", {"checkpoint_path": ["b"]}, file=file)
    assert found == ("b",)
    _, found = load_several("checkpoint_path", environ={"CHECKPOINT_PATH": "c"}, file=file)
    assert found == ("c",)
    assert load_several("checkpoint_path")[1] == ()


@pytest.mark.parametrize("text", ["[]", "[a, 3]", "[a, '']", "[[a], b]"])
def test_a_list_of_anything_but_names_is_refused(tmp_path: Path, text: str) -> None:
    file = yaml_file(tmp_path, f"checkpoint_path: {text}\n")
    with pytest.raises(ConfigError, match=f"{file.name}, checkpoint_path"):
        load_several("checkpoint_path", file=file)


def test_a_list_is_refused_where_one_value_is_wanted(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "checkpoint_path: [a, b]\n")
    assert "checkpoint_path" in str(failure(file=file))
