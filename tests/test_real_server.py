"""A server that others wrote (transformers serve) with a tiny model of random weights, made here: its stream is
understood, and the nonsense that it writes is refused."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.chat_model import complete
from assistant.domain import Mode
from assistant.faults import Fault
from assistant.prompting import Message, Speaker
from tests.test_faults import QUESTION, writer

MAKE = """
import sys, torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
letters = ["<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(letters)}, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")
fast.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\\n{% endfor %}assistant:"
fast.save_pretrained(sys.argv[1])
torch.manual_seed(0)
config = LlamaConfig(vocab_size=len(letters), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
                     num_attention_heads=2, max_position_embeddings=32768,
                     bos_token_id=0, eos_token_id=1, pad_token_id=1)
LlamaForCausalLM(config).save_pretrained(sys.argv[1])
"""
SERVE = """
import sys
from transformers.cli.serve import Serve
Serve(force_model=sys.argv[1], device="cpu", host="127.0.0.1", port=int(sys.argv[2]))
"""
START_SECONDS = 120


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(base URL, model) of a running transformers serve."""
    for package in ("fastapi", "uvicorn", "accelerate"):
        pytest.importorskip(package, reason=f"transformers serve needs {package}")
    folder = tmp_path_factory.mktemp("tiny-model")
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True, capture_output=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "log").open("w")
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port)], stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


@pytest.mark.slow
def test_a_real_stream_is_understood_and_its_tokens_are_counted(server: tuple[str, str]) -> None:
    url, model = server
    made = writer(url, chat_model=f"openai:{model}", chat_seconds=60, chat_stall_seconds=30)
    text, tokens = complete(made.model, (Message(Speaker.USER, "hi"),))
    assert text
    assert tokens.tokens_in
    assert tokens.tokens_out


@pytest.mark.slow
def test_nonsense_is_refused_and_the_answer_is_made_of_quotations(
    server: tuple[str, str], corpus_assistant: Assistant
) -> None:
    url, model = server
    corpus_assistant.writer = writer(
        url, chat_model=f"openai:{model}", chat_seconds=60, chat_stall_seconds=30, chat_reply_tokens=100
    )
    try:
        answer = corpus_assistant.answer(QUESTION)
    finally:
        corpus_assistant.writer = None
    assert answer.status.answered
    assert answer.mode is Mode.EXTRACTIVE
    assert answer.fault in {Fault.FORMAT, Fault.UNSUPPORTED, Fault.EMPTY}
    assert answer.usage
    assert answer.usage.tokens_in
