"""A server on loopback that speaks the OpenAI chat wire format and does what a script says."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    """One request that arrived, and whether its client was still there when the reply ended."""

    body: dict[str, Any]
    headers: dict[str, str]
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        return "\n".join(str(message["content"]) for message in self.body["messages"])


class Reply:
    """What a script does with a request: everything on the socket is its own."""

    def __init__(self, handler: BaseHTTPRequestHandler, call: Call) -> None:
        self._handler = handler
        self.call = call

    def status(self, code: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self._handler.send_response(code)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(len(data)))
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def completion(self, text: str, finish: str | None = "stop") -> None:
        """The whole reply as one JSON object, whatever was asked for."""
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self.status(200, {**_head(False), "choices": [choice], "usage": usage})

    def cut_body(self, text: str) -> None:
        """Promises more than it sends."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "application/json")
        self._handler.send_header("Content-Length", str(len(text.encode()) + 1000))
        self._handler.end_headers()
        self._handler.wfile.write(text.encode())
        self._handler.wfile.flush()
        self.abort()

    def error(self, status: int, message: str, headers: dict[str, str] | None = None, **fields: str) -> None:
        self.status(status, {"error": {"message": message, **fields}}, headers)

    def open_stream(self) -> None:
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def raw(self, text: str) -> None:
        data = text.encode()
        self._handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self._handler.wfile.flush()

    def piece(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        self.raw(f"data: {json.dumps({**_head(True), 'choices': [choice]})}\n\n")

    def close_stream(self, finish: str = "stop") -> None:
        self.piece("", finish)
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self.raw(f"data: {json.dumps({**_head(True), 'choices': [], 'usage': usage})}\n\n")
        self.raw("data: [DONE]\n\n")
        self.end()

    def end(self) -> None:
        """Ends the stream without saying that the reply is whole."""
        self._handler.wfile.write(b"0\r\n\r\n")

    def abort(self) -> None:
        self._handler.close_connection = True
        self._handler.connection.close()

    def say(self, text: str, *, pause: float = 0.0, finish: str = "stop") -> None:
        """The whole reply, streamed in small pieces or at once, as the request asks."""
        if not self.call.body.get("stream"):
            self.completion(text, finish)
            return
        self.open_stream()
        for start in range(0, len(text), 7):
            self.piece(text[start : start + 7])
            time.sleep(pause)
        self.close_stream(finish)


def _head(stream: bool) -> dict[str, Any]:
    kind = "chat.completion.chunk" if stream else "chat.completion"
    return {"id": "x", "object": kind, "created": 1, "model": "scripted"}


Script = Callable[[Reply], None]


class ChatServer:
    """Serves until it is left; `script` may be changed between requests."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls: list[Call] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                call = Call(body, {name.lower(): value for name, value in self.headers.items()})
                server.calls.append(call)
                try:
                    server.script(Reply(self, call))
                except (BrokenPipeError, ConnectionResetError, OSError):
                    call.hung_up.set()
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> "ChatServer":
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def serving(text: str) -> Iterator[ChatServer]:
    """A server that always says the same."""
    with ChatServer(lambda reply: reply.say(text)) as server:
        yield server
