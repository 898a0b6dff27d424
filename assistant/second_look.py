"""A chat model's second look at a statement: what it is asked, and what it said. Pure.

It comes after the checks in code and can only take a statement away. It sees what they cannot: that an owner, a place
or a purpose was moved, or that a word which nobody listed is the opposite of the source's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.domain import Document, Support
from assistant.numbered_sources import inert, sources_text
from assistant.prompting import Message, Prompt
from assistant.reply import THINKING
from assistant.verification import Finding, Problem, Source

VERDICT = re.compile(r"\W*(yes|no)\b[\s*_.,:;–—-]*", re.IGNORECASE)
DOUBTING = re.compile(r"\b(no|not|but|except|however|only)\b", re.IGNORECASE)  # after "yes" it is no verdict
LONGEST_REASON = 160  # characters of what is said to differ


@dataclass(frozen=True, slots=True)
class Look:
    """What the model said: whether the sources hold the statement, and if not what differs, in its words."""

    holds: bool
    differs: str = ""


def ask(
    prompt: Prompt, statement: str, sources: Mapping[int, Source], documents: Callable[[str], Document]
) -> tuple[Message, ...]:
    """The messages about one statement and the passages that it cites, whole and with their titles: a name that a
    sentence only points back to stands there."""
    return prompt.render(sources=sources_text(sources, documents), statement=inert(statement))


def read(said: str) -> Look | None:
    """The verdict, which must come first; None where there is none, or a yes with a but."""
    plain = THINKING.sub("", said)
    verdict = VERDICT.match(plain)
    if verdict is None:
        return None
    if verdict.group(1).lower() == "yes":
        return None if DOUBTING.search(plain, verdict.end(1)) else Look(holds=True)
    return Look(holds=False, differs=" ".join(plain[verdict.end() :].split())[:LONGEST_REASON])


def after(finding: Finding, look: Look) -> Finding:
    """A finding of the checks in code after a look: the same, or unsupported."""
    if look.holds or finding.support is not Support.SUPPORTED:
        return finding
    return Finding(Support.UNSUPPORTED, finding.quotes, Problem.SECOND_LOOK, look.differs or "the model says no")
