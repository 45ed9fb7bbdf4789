"""Servers disturb a run: they refuse parameters and tasks, restart, hang, answer in odd forms."""

import json
import signal
import threading

import pytest

pytest.importorskip("openai")

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import GenerationSettings
from evalpkg.generation.openai_client import in_flight
from evalpkg.models import Role, Task
from tests.integration.generation.openai_stand_in import StandIn, backend, completion

TASKS = [Task(name, f"fn {name}() {{", name, "") for name in "abcde"]
WORK = [(task, [0, 1]) for task in TASKS]


def refuse(text, **more):
    return 400, {"error": {"message": text, "type": "invalid_request_error", **more}}


WORDS = {
    "OpenAI": lambda name: refuse(f"Unrecognized request argument supplied: {name}"),
    "by param": lambda name: refuse("Not supported with this model.", param=name),
    "quoted": lambda name: refuse(f"Unsupported value: '{name}' does not support this"),
    "pydantic": lambda name: (422, {"detail": [{"loc": ["body", name], "msg": "extra fields"}]}),
}


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("name", ["top_k", "min_p", "repetition_penalty", "seed", "temperature"])
def test_a_parameter_that_is_refused_is_left_out_and_recorded(words, name):
    def answer(body):
        return WORDS[words](name) if name in body else completion({"seed": 0, **body}, 1)

    with StandIn(answer) as server:
        asked = backend(server.url, openai_concurrency=1)
        assert len(list(asked.generate(Role.BASE, WORK))) == 10
        assert [name in body for body, _ in server.requests] == [True] + [False] * 10
    told = asked.provenance()
    assert told.details["refused_parameters"]["base"] == [name]
    assert f"refuses the parameter {name}" in told.notes[0]


def test_what_the_user_adds_is_sent_and_wins():
    with StandIn(lambda body: completion(body, 1)) as server:
        extra = json.dumps({"top_k": 7, "chat_template_kwargs": {"enable_thinking": False}})
        list(backend(server.url, openai_extra_body=extra).generate(Role.BASE, WORK))
    body = server.requests[0][0]
    assert body["top_k"] == 7
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    with pytest.raises(ConfigError, match="openai_extra_body"):
        backend(server.url, openai_extra_body="[1]")


def test_each_model_can_have_a_server_of_its_own():
    with (
        StandIn(lambda body: completion(body, 1), ("m",)) as one,
        StandIn(lambda body: completion(body, 1), ("m-lora",)) as two,
    ):
        asked = backend(one.url, openai_finetuned_base_url=two.url)
        for role in Role:
            list(asked.generate(role, WORK[:1]))
    assert [len(server.requests) for server in (one, two)] == [2, 2]
    endpoints = asked.provenance().details["endpoint"]
    assert endpoints == {"base": f"{one.url}/", "finetuned": f"{two.url}/"}


def test_a_task_that_is_refused_costs_that_task_alone():
    def answer(body):
        if "fn c()" in body["messages"][0]["content"]:
            return refuse("This model's maximum context length is 512 tokens, 'max_tokens' is 700")
        return completion(body, 1)

    said = []
    with StandIn(answer) as server:
        asked = backend(server.url, said)
        found = list(asked.generate(Role.BASE, WORK))
    assert sorted({sample.task_id for sample in found}) == ["a", "b", "d", "e"]
    assert len(said) == 1
    assert "task c is left out" in said[0]
    assert "refused 1 tasks to the base model" in asked.provenance().notes[0]
    assert asked.provenance().details["refused_parameters"] == {"base": [], "finetuned": []}


def test_a_server_that_refuses_everything_is_an_error_soon():
    with StandIn(lambda _: refuse("no")) as server:
        with pytest.raises(ConfigError, match="refuses the request: no"):
            list(backend(server.url, openai_concurrency=1).generate(Role.BASE, WORK))
        assert len(server.requests) < len(WORK) * 2


@pytest.mark.parametrize("listed", [("m", "other"), (), None])
def test_both_names_are_asked_of_the_server_before_the_first_sample(listed):
    def answer(body):
        if body["model"] == "m-lora":
            return 404, {"error": {"message": "The model `m-lora` does not exist."}}
        return completion({"seed": 0, **body}, 1)

    with StandIn(answer, listed) as server:
        with pytest.raises(ConfigError, match="does not know the model 'm-lora'") as caught:
            next(backend(server.url).generate(Role.BASE, WORK))
        assert all("seed" not in body for body, _ in server.requests)
    assert ("other" in caught.value.cure) is ("other" in (listed or ()))


def test_a_server_that_restarts_is_waited_for_once_it_has_answered():
    down = []

    def answer(body):
        if len(server.requests) == 3:
            down.extend([1] * 3)
        if down:
            return 503, {"error": {"message": f"loading {down.pop()}"}}
        return completion(body, 1)

    said = []
    with StandIn(answer) as server:
        asked = backend(server.url, said, openai_concurrency=1)
        assert len(list(asked.generate(Role.BASE, WORK))) == 10
    assert len([line for line in said if "waiting up to 300 s" in line]) == 1


def test_the_wait_has_an_end():
    def answer(body):
        return completion(body, 1) if len(server.requests) < 3 else (503, {"error": {}})

    with (
        StandIn(answer) as server,
        pytest.raises(EnvironmentUnfitError, match="keeps failing"),
    ):
        list(
            backend(server.url, openai_concurrency=1, openai_patience=0.0).generate(Role.BASE, WORK)
        )


def press_ctrl_c() -> None:
    """Send a real signal: it wakes the main thread where that waits for an answer."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.fixture
def python_interrupts():
    """Let SIGINT raise KeyboardInterrupt, whatever an earlier test left as its handler."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("python_interrupts")
def test_an_interrupt_ends_at_once_and_keeps_the_answers_that_are_there():
    hang = threading.Event()

    def answer(body):
        if "fn e()" in body["messages"][0]["content"]:
            threading.Timer(0.5, press_ctrl_c).start()
            server.lock.release()
            hang.wait(60)
            server.lock.acquire()
        return completion(body, 1)

    found = []
    with StandIn(answer) as server:
        work = [(TASKS[4], [0]), *WORK[:4]]
        try:
            with pytest.raises(KeyboardInterrupt):
                found.extend(backend(server.url).generate(Role.BASE, work))
            assert not hang.is_set()
        finally:
            hang.set()
        stream = backend(server.url).generate(Role.BASE, WORK[:1])
        assert len(list(stream)) == 2


SHAPES = {
    "parts": ([{"type": "text", "text": "fn a"}, {"type": "text", "text": "() {}"}], "fn a() {}"),
    "thoughts": ([{"type": "thinking", "thinking": []}, {"type": "text", "text": "x"}], "x"),
    "none": (None, ""),
    "no parts": ([], ""),
    "half a surrogate pair": ("// \ud83d\n", "// \ufffd\n"),
    "a surrogate pair": ("// \ud83e\udd80\n", "// \U0001f980\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_is_its_text_in_whatever_shape(shape):
    content, text = SHAPES[shape]

    def answer(body):
        status, reply = completion(body, 1)
        reply["choices"][0]["message"]["content"] = content
        return status, reply

    with StandIn(answer) as server:
        (sample,) = backend(server.url).generate(Role.BASE, [(TASKS[0], [0])])
    assert sample.completion == text
    sample.completion.encode()


@pytest.mark.parametrize("content", [[{"type": "image_url"}], {"a": 1}, 7, [3]])
def test_an_answer_of_an_unknown_shape_is_refused_at_once(content):
    def answer(body):
        status, reply = completion(body, 1)
        reply["choices"][0]["message"]["content"] = content
        return status, reply

    with StandIn(answer) as server, pytest.raises(EnvironmentUnfitError, match="server's answer"):
        next(backend(server.url).generate(Role.BASE, WORK))


def test_without_a_chat_template_the_prompt_is_continued_up_to_a_stop_text():
    def answer(body):
        status, reply = completion(body, 1)
        del reply["choices"][0]["message"]
        reply["choices"][0]["text"] = "    1\n}\nfn main() {}"
        return status, reply

    with StandIn(answer) as server:
        asked = backend(
            server.url, raw_completion=True, stop=("\nfn", "\n#"), prompt_template="bare"
        )
        (sample,) = asked.generate(Role.BASE, [(TASKS[0], [0])])
    body = server.requests[0][0]
    assert (body["prompt"], body["stop"]) == ("fn a() {", ["\nfn", "\n#"])
    assert sample.completion == "    1\n}"


def test_one_model_behind_two_names_is_a_warning():
    with StandIn(lambda body: completion({**body, "model": "m"}, 1)) as server:
        asked = backend(server.url)
        for role in Role:
            list(asked.generate(role, WORK[:1]))
    assert any("one and the same model answered for both: m" in n for n in asked.provenance().notes)


@pytest.mark.parametrize(
    ("address", "width"),
    [
        ("http://127.0.0.1:8000/v1", 128),
        ("http://10.0.3.4/v1", 128),
        ("http://gpu7:8000/v1", 128),
        ("https://api.example.com/v1", 16),
        ("", 16),
    ],
)
def test_servers_of_ones_own_get_many_requests_at_once(address, width):
    assert in_flight(GenerationSettings(), [address]) == width
    assert in_flight(GenerationSettings(openai_concurrency=3), [address]) == 3
