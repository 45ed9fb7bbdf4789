import json
import socket

import pytest

pytest.importorskip("openai")

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.keys import request_seed, sample_key
from evalpkg.models import Role, Task
from tests.integration.generation.openai_stand_in import StandIn, backend, completion

A = Task("a", "fn a() {", "a", "")
B = Task("b", "fn b() {", "b", "")


def seed_of(role, task_id, index):
    return request_seed(sample_key(1234, role, task_id, index))


def by_key(samples):
    found = {}
    for sample in samples:
        assert sample.key not in found
        found[sample.key] = sample
    return found


def test_each_sample_is_asked_for_with_its_own_seed():
    with StandIn(lambda body: completion(body, 1)) as server:
        found = by_key(
            backend(server.url).generate(Role.FINETUNED, [(A, [0, 3]), (B, [1])]),
        )
    assert {key[1:]: sample.completion for key, sample in found.items()} == {
        (t, i): f"m-lora {seed_of(Role.FINETUNED, t, i)} 0"
        for t, i in [("a", 0), ("a", 3), ("b", 1)]
    }
    assert {(s.finish_reason, s.prompt_tokens, s.completion_tokens) for s in found.values()} == {
        ("stop", 11, 5)
    }
    for body, _ in server.requests:
        assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.2, 0.95, 512)
        assert "n" not in body
        assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (-1, 0, 1)
        assert body["messages"][0]["content"].startswith("fn ")


def test_a_server_that_honours_n_is_asked_once_per_group():
    with StandIn(lambda body: completion(body, body.get("n", 1))) as server:
        found = by_key(backend(server.url, openai_choices=4).generate(Role.BASE, [(A, range(10))]))
    assert sorted(key[2] for key in found) == list(range(10))
    assert sorted(body.get("n", 1) for body, _ in server.requests) == [2, 4, 4]
    assert found[Role.BASE, "a", 5].completion == f"m {seed_of(Role.BASE, 'a', 4)} 1"
    assert {sample.completion_tokens for sample in found.values()} == {0}


def test_a_server_that_ignores_n_is_asked_until_every_choice_is_there():
    with StandIn(lambda body: completion(body, 1)) as server:
        one_by_one = backend(server.url, openai_choices=4, openai_concurrency=1)
        found = by_key(one_by_one.generate(Role.BASE, [(A, range(6))]))
    assert {key[2]: sample.completion for key, sample in found.items()} == {
        i: f"m {seed_of(Role.BASE, 'a', i)} 0" for i in range(6)
    }
    # Once it has shown that it ignores `n`, it is not asked for several again.
    assert [body.get("n", 1) for body, _ in server.requests] == [4, 1, 1, 1, 1, 1]


def test_more_choices_than_asked_for_are_not_kept():
    with StandIn(lambda body: completion(body, 3)) as server:
        found = by_key(backend(server.url).generate(Role.BASE, [(A, [0, 1])]))
    assert len(found) == 2


def test_a_refusal_without_text_is_an_empty_completion():
    def answer(body):
        status, reply = completion(body, 1)
        reply["choices"][0] |= {"finish_reason": "content_filter"}
        reply["choices"][0]["message"]["content"] = None
        return status, reply

    with StandIn(answer) as server:
        (sample,) = backend(server.url).generate(Role.BASE, [(A, [0])])
    assert (sample.completion, sample.finish_reason) == ("", "content_filter")


def test_a_failure_that_passes_is_retried():
    failures = [500, 429, 503]

    def answer(body):
        if failures:
            return failures.pop(), {"error": {"message": "busy"}}
        return completion(body, 1)

    with StandIn(answer) as server:
        steady = backend(server.url, openai_max_retries=4)
        assert len(list(steady.generate(Role.BASE, [(A, [0])]))) == 1
    assert len(server.requests) == 4


def test_newer_models_get_the_limit_under_its_newer_name():
    def answer(body):
        if "max_tokens" in body:
            return 400, {"error": {"message": "Use 'max_completion_tokens' instead."}}
        return completion(body, 1)

    with StandIn(answer) as server:
        found = list(
            backend(server.url, openai_concurrency=1).generate(Role.BASE, [(A, [0, 1, 2])])
        )
    assert len(found) == 3
    assert [("max_tokens" in body) for body, _ in server.requests] == [True, False, False, False]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, EnvironmentUnfitError, "refuses access"),
        (403, EnvironmentUnfitError, "refuses access"),
        (404, ConfigError, "does not know the model 'm'"),
        (400, ConfigError, "every request was refused: .*refuses the request"),
        (500, EnvironmentUnfitError, "keeps failing"),
    ],
)
def test_a_failure_that_stays_is_a_clear_error(status, error, words):
    with (
        StandIn(lambda _: (status, {"error": {"message": "why"}})) as server,
        pytest.raises(error, match=words) as caught,
    ):
        list(backend(server.url).generate(Role.BASE, [(A, [0])]))
    assert "why" in caught.value.cause


def test_a_reply_without_choices_is_a_clear_error():
    with (
        StandIn(lambda body: completion(body, 0)) as server,
        pytest.raises(EnvironmentUnfitError, match="keeps failing: it sent no choice"),
    ):
        list(backend(server.url).generate(Role.BASE, [(A, [0])]))


@pytest.mark.parametrize("page", [b"<html>no such page</html>", b"{", b"[]", b"null", b"3"])
def test_an_address_of_something_else_is_a_clear_error(page):
    with (
        StandIn(lambda _: (200, page)) as server,
        pytest.raises(ConfigError, match="not as an OpenAI-compatible server"),
    ):
        list(backend(server.url).generate(Role.BASE, [(A, [0])]))


def test_a_server_that_is_not_there_is_a_clear_error():
    with socket.socket() as held:  # bound, not listening: connections are refused
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        with pytest.raises(EnvironmentUnfitError, match=r"reached: .*refused"):
            list(backend(url).generate(Role.BASE, [(A, [0])]))


def test_a_role_without_a_model_name_is_refused():
    with pytest.raises(ConfigError, match="fine-tuned model"):
        next(
            backend("http://127.0.0.1:9/v1", openai_finetuned_model="").generate(
                Role.FINETUNED, [(A, [0])]
            )
        )


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="openai_base_url"):
        backend("localhost:8000")


def test_without_an_address_a_key_is_needed(monkeypatch):
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(ConfigError, match="MY_KEY is not set"):
        backend("", openai_api_key_env="MY_KEY")


def test_the_key_is_sent_and_never_told(monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-secret")
    with StandIn(lambda body: completion(body, 1)) as server:
        asked = backend(server.url, openai_api_key_env="MY_KEY")
        list(asked.generate(Role.BASE, [(A, [0])]))
    told = json.dumps(asked.provenance().as_json())
    assert server.requests[0][1]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in told
    assert json.loads(told)["endpoint"] == f"{server.url}/"
    assert json.loads(told)["server_said"] == {"model": ["m"], "system_fingerprint": ["fp"]}


def test_a_password_in_the_address_is_not_told():
    asked = backend("http://user:hidden@127.0.0.1:9/v1")
    assert asked.provenance().details["endpoint"] == "http://127.0.0.1:9/v1/"
