"""Without the model stack, nothing here can run."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("peft") and find_spec("torch") else ["test_*.py"]
