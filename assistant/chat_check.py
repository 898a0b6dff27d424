"""`policy-assistant check`: what is configured, whether the chat model answers, and what is wrong in one line."""

import os
import time

from assistant.assembly import build_writer
from assistant.chat_model import PROVIDERS, complete
from assistant.errors import SettingsError
from assistant.faults import ModelFaultError
from assistant.messages import Messages, load_messages
from assistant.prompting import Message, Role, Speaker
from assistant.settings import Settings
from assistant.writer import Writer

PROBE = (Message(Speaker.USER, "Reply with the word yes."),)


def check_chat_model(settings: Settings) -> list[str]:
    """What to print, line by line, after the model was reached once.

    Raises:
        SettingsError: the model cannot be set up, or did not answer; one line that says what to do.
    """
    messages = load_messages(settings.prompts_dir)
    writer = build_writer(settings)
    if writer is None:
        return [messages.text("check.none")]
    lines = [_configured(settings, messages), *_prompts(writer)]
    began = time.perf_counter()
    try:
        complete(writer.model, PROBE)
    except ModelFaultError as error:
        entry = f"check.{error.fault}"
        known: dict[str, object] = {
            "name": writer.model.name,
            "server": _server(settings, messages),
            "variable": PROVIDERS[settings.chat_model.partition(":")[0]][2] or "the provider's variable",
        }
        wanted = messages.variables(entry)
        raise SettingsError(messages.text(entry, **{k: v for k, v in known.items() if k in wanted})) from error
    return [*lines, messages.text("check.works", seconds=f"{time.perf_counter() - began:.1f}")]


def _configured(settings: Settings, messages: Messages) -> str:
    return messages.text(
        "check.configured",
        name=settings.chat_model,
        server=_server(settings, messages),
        variable=_key(settings, messages),
    )


def _prompts(writer: Writer) -> list[str]:
    used = [Role.ANSWER]
    used += [Role.REWRITE] if writer.options.rewrite else []
    used += [Role.EXPAND] if writer.options.expand else []
    used += [Role.CHECK] if writer.options.second_look else []
    return [writer.prompts[role].ref for role in used]


def _server(settings: Settings, messages: Messages) -> str:
    return settings.chat_base_url or messages.text("check.own_server")


def _key(settings: Settings, messages: Messages) -> str:
    """The name of the variable that holds the key; never the key."""
    variable = PROVIDERS[settings.chat_model.partition(":")[0]][2]
    return variable if variable and os.environ.get(variable) else messages.text("check.no_key")
