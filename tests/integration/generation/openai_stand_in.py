"""A small HTTP server that stands in for an OpenAI-compatible endpoint.

It speaks real HTTP to the real client and answers with text derived from the request; only the
model is missing. ``test_openai_serve.py`` runs a real one.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler

from evalpkg.generation import GenerationSettings, Listener, create_backend
from tests.standins.web import WebServer


class StandIn:
    """``answer(body)`` returns a status and a JSON object, or bytes; requests are kept."""

    def __init__(self, answer, models=("m", "m-lora")):
        self.requests = []
        self.lock = threading.Lock()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                listed = {"object": "list", "data": [{"id": name} for name in models or ()]}
                self.reply(200 if models is not None else 404, listed)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with stand_in.lock:
                    stand_in.requests.append((body, self.headers))
                    status, reply = answer(body)
                self.reply(status, reply)

            def reply(self, status, reply):
                data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                kind = "text/html" if data.startswith(b"<") else "application/json"
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = WebServer(Handler)
        self.url = f"{self.server.url}/v1"

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__()


def backend(url, said=None, **changes):
    """The real backend, asking the server at ``url``; its notes are added to ``said``."""
    given = {
        "backend": "openai",
        "openai_base_url": url,
        "openai_base_model": "m",
        "openai_finetuned_model": "m-lora",
        "openai_max_retries": 0,
    }
    listener = Listener(status=(said if said is not None else []).append)
    return create_backend(GenerationSettings(**(given | changes)), listener)


def completion(body, count, **changes):
    """A reply with ``count`` choices, whose texts tell seed and position."""
    choices = [
        {
            "index": i,
            "finish_reason": "stop",
            "text": f"{body['model']} {body['seed']} {i}",
            "message": {"role": "assistant", "content": f"{body['model']} {body['seed']} {i}"},
        }
        for i in range(count)
    ]
    usage = {"prompt_tokens": 11, "completion_tokens": 5 * count, "total_tokens": 11 + 5 * count}
    reply = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "system_fingerprint": "fp",
        "choices": choices,
        "usage": usage,
    }
    return 200, reply | changes
