"""Environment variables that are settings of a run."""

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
"""Environment variables that set a field; an empty variable counts as unset."""
