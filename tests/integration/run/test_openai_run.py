"""A whole run whose samples come from an HTTP server; only the model behind it is missing."""

import json
from pathlib import Path

from tests.integration.generation.openai_stand_in import StandIn, completion
from tests.integration.run.command import succeed


def test_a_run_against_a_server_ends_in_a_result_that_verifies(tmp_path: Path) -> None:
    with StandIn(lambda body: completion(body, 1)) as server:
        succeed(
            *("run", "--backend", "openai", "--openai-base-url", server.url),
            *("--openai-base-model", "small", "--openai-finetuned-model", "tuned"),
            *("--limit", "2", "--num-samples", "2", "--k-values", "1", "--output-dir", tmp_path),
            variables={"OPENAI_API_KEY": "not-checked"},
        )
    succeed("verify", tmp_path)
    about = json.loads((tmp_path / "eval_metadata.json").read_text())
    assert {role: model["name"] for role, model in about["models"].items()} == {
        "base": "small",
        "finetuned": "tuned",
    }
    assert about["generation"]["server_said"] == {
        "model": ["small", "tuned"],
        "system_fingerprint": ["fp"],
    }
    # The server's description of itself arrives only afterwards: that is no second session.
    assert about["warnings"] == []
