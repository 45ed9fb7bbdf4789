"""Table of the environment variables that set fields of the configuration."""

ENVIRONMENT = {
    "BASE_MODEL": "base_model",
    "CHECKPOINT_PATH": "checkpoint_path",
    "NUM_SAMPLES": "num_samples",
    "K_VALUES": "k_values",
    "OUTPUT_DIR": "output_dir",
    "SANDBOX_MODE": "sandbox_mode",
    "SEED": "seed",
    "SKIP_ENV_CHECK": "skip_env_check",
    "NONINTERACTIVE": "noninteractive",
    "EVALPKG_VLLM_PYTHON": "vllm_python",
}
"""Names of environment variables and of the fields they set; an empty variable counts as unset."""
