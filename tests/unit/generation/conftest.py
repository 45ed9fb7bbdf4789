"""Without the model stack, only the tests that need none of it are collected."""

from importlib.util import find_spec

NEEDS_MODELS = [
    "test_adapter.py",
    "test_adapter_names.py",
    "test_attach.py",
    "test_compiled.py",
    "test_decoding.py",
    "test_flash.py",
    "test_foresight.py",
    "test_loading.py",
    "test_own_vocabulary.py",
    "test_sampling.py",
    "test_selftest.py",
    "test_shared.py",
    "test_steps.py",
    "test_threads.py",
    "test_tokens.py",
    "test_vllm_draw.py",
    "test_vllm_engine.py",
    "test_whole_checkpoint.py",
]
collect_ignore = [] if find_spec("peft") and find_spec("torch") else NEEDS_MODELS
