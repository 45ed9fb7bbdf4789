"""Replies that report success, as servers of many makes write them."""

import pytest

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.models import Role, Task
from evalpkg.store import SAMPLE
from tests.integration.generation.openai_stand_in import StandIn, backend, completion

WORK = [(Task(name, "fn f() {", "f", ""), [0, 1]) for name in ("a", "b", "c")]


def changed(place=None, **changes):
    """A server whose reply, its first choice or that choice's message has other fields."""

    def answer(body):
        status, reply = completion(body, 1)
        choice = reply["choices"][0]
        where = {None: reply, "choice": choice, "message": choice["message"]}[place]
        where |= changes
        return status, {name: value for name, value in reply.items() if value is not LEFT_OUT}

    return answer


LEFT_OUT = object()


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 11, "completion_tokens": 5}, (11, 5)),
        ({"prompt_tokens": 11.0, "completion_tokens": 5.0}, (11, 5)),
        ({"prompt_tokens": None, "completion_tokens": 5}, (0, 5)),
        ({"prompt_tokens": "11", "completion_tokens": -1}, (0, 0)),
        ({"prompt_tokens": float("inf"), "completion_tokens": float("nan")}, (0, 0)),
        ({"prompt_tokens": 10**30, "completion_tokens": 5}, (0, 5)),
        ({}, (0, 0)),
        ([], (0, 0)),
        (None, (0, 0)),
        (LEFT_OUT, (0, 0)),
    ],
)
def test_counts_of_tokens_are_numbers_whatever_the_server_tells(usage, counts):
    with StandIn(changed(usage=usage)) as server:
        sample = next(backend(server.url).generate(Role.BASE, WORK))
    assert (sample.prompt_tokens, sample.completion_tokens) == counts
    assert SAMPLE.as_read(sample) == sample


@pytest.mark.parametrize("reason", [None, 3, ["stop"], {"type": "stop"}])
def test_an_end_that_is_no_word_is_unknown(reason):
    with StandIn(changed("choice", finish_reason=reason)) as server:
        assert next(backend(server.url).generate(Role.BASE, WORK)).finish_reason == ""


def test_what_no_file_can_hold_is_replaced_in_all_that_the_server_tells():
    with StandIn(changed("choice", finish_reason="st\ud800op")) as server:
        sample = next(backend(server.url).generate(Role.BASE, WORK))
    assert sample.finish_reason == "st\ufffdop"
    with StandIn(changed(model="\ud800")) as server:
        asked = backend(server.url)
        list(asked.generate(Role.BASE, WORK))
        assert asked.provenance().details["server_said"]["model"] == ["\ufffd"]


@pytest.mark.parametrize("name", ["model", "system_fingerprint"])
@pytest.mark.parametrize("value", [["x"], {"x": 1}, 3])
def test_what_the_server_says_of_itself_may_be_anything(name, value):
    with StandIn(changed(**{name: value})) as server:
        asked = backend(server.url)
        assert len(list(asked.generate(Role.BASE, WORK))) == 6
        assert asked.provenance().details["server_said"][name] == [str(value)]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "refusal", "refusal": "no"}],
        [{"type": "tool_use", "id": "1"}],
        [{"type": "text", "text": None}],
    ],
)
def test_parts_without_text_are_empty(content):
    with StandIn(changed("message", content=content)) as server:
        assert next(backend(server.url).generate(Role.BASE, WORK)).completion == ""


@pytest.mark.parametrize("content", [["fn ", "f"], [{"text": "fn "}, {"text": "f"}]])
def test_parts_that_do_not_say_what_they_are_are_text(content):
    with StandIn(changed("message", content=content)) as server:
        assert next(backend(server.url).generate(Role.BASE, WORK)).completion == "fn f"


FAILED = {
    "instead of choices": changed(choices=None, error={"message": "overloaded", "code": 502}),
    "without choices": changed(choices=LEFT_OUT, error="overloaded"),
    "in a choice": changed("choice", finish_reason="error", error={"message": "overloaded"}),
}


@pytest.mark.parametrize("how", FAILED)
def test_an_error_inside_a_success_is_no_answer(how):
    """Half an answer is not the model's if the server says that it broke off."""
    said = []

    def answer(body):
        return FAILED[how](body) if len(server.requests) == 2 else completion(body, 1)

    with StandIn(answer) as server:
        asked = backend(server.url, said, openai_concurrency=1)
        found = list(asked.generate(Role.BASE, WORK))
    assert {sample.finish_reason for sample in found} == {"stop"}
    assert len(found) == 6
    assert "overloaded" in said[0]
    with (
        StandIn(FAILED[how]) as server,
        pytest.raises(EnvironmentUnfitError, match="keeps failing: overloaded"),
    ):
        next(backend(server.url).generate(Role.BASE, WORK))


@pytest.mark.parametrize(
    "choices",
    ["text", [None], ["text"], [{}], {"0": {}}, [{"delta": {"content": "x"}}], [{"message": "x"}]],
)
def test_choices_of_no_known_shape_are_an_error_and_no_traceback(choices):
    with (
        StandIn(changed(choices=choices)) as server,
        pytest.raises(ConfigError, match="not as an OpenAI-compatible server does"),
    ):
        next(backend(server.url).generate(Role.BASE, WORK))


@pytest.mark.parametrize("whole", [True, False], ids=["from the start", "inside an answer"])
def test_a_reply_nested_too_deeply_to_be_read_is_an_error_and_no_traceback(whole):
    deep = b"[" * 100_000 + b"]" * 100_000

    def answer(body):
        return 200, deep if whole else b'{"choices": ' + deep + b"}"

    with (
        StandIn(answer) as server,
        pytest.raises(ConfigError, match="its JSON is nested too deeply"),
    ):
        next(backend(server.url).generate(Role.BASE, WORK))


WORDS = ["m-lora is not a valid model ID", "Model Not Exist", "This is not a chat model"]


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("words", WORDS)
def test_a_name_that_is_refused_with_another_status_shows_before_the_first_sample(status, words):
    def answer(body):
        if body["model"] == "m-lora":
            return status, {"error": {"message": words}}
        return completion({"seed": 0, **body}, 1)

    with StandIn(answer, models=("m",)) as server:
        with pytest.raises(ConfigError, match=f"refuses the model 'm-lora': {words}"):
            next(backend(server.url).generate(Role.BASE, WORK))
        assert all("seed" not in body for body, _ in server.requests)


def test_a_parameter_that_the_check_may_not_send_is_no_reason_to_refuse_the_model():
    def answer(body):
        if "max_tokens" in body:
            return 400, {"error": {"message": "This model wants 'max_completion_tokens'."}}
        return completion({"seed": 0, **body}, 1)

    with StandIn(answer, models=None) as server:
        assert len(list(backend(server.url).generate(Role.BASE, WORK))) == 6
