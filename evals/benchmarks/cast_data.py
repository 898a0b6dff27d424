"""The turns of TREC CAsT 2019-2022 with the rewrites of people: read, and compared with ours."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Conversation, Turn

# Words whose presence in a rewrite carries no topic; the list that the benchmark scores with.
UNSCORED = frozenset(
    word
    for line in (
        "a an and are as at be but by for from has have how i if in into is it its no not of on or such t that the",
        "their then there these they this to was what when where which who why will with your you do does did can",
        "could would should may me my we our about tell",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a CAsT topic."""

    id: str
    topic: str
    text: str
    conversation: Conversation
    person: str  # the rewrite of a person
    gold: frozenset[str]  # ids of the passages that answer it

    @property
    def unseen(self) -> bool:
        """Whether its topic was kept aside when the rules were made (topics with even numbers)."""
        return int(re.findall(r"\d+", self.topic)[0]) % 2 == 0


def read_utterances(path: Path) -> list[Utterance]:
    """The turns of `queries.jsonl`, each with the turns before it."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.append(
            Utterance(
                id=row["_id"],
                topic=str(row["topic"]),
                text=row["text"],
                conversation=Conversation(_turns(row["history"])),
                person=row["manual_rewrite"] or row["text"],
                gold=frozenset(row["gold"] or ()),
            )
        )
    return found


def _turns(history: Sequence[Mapping[str, str]]) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for said in history:
        if said["role"] == "user":
            turns.append(Turn(said["text"], ""))
        elif turns:
            turns[-1] = Turn(turns[-1].question, f"{turns[-1].answer} {said['text']}".strip())
    return tuple(turns)


@dataclass(frozen=True, slots=True)
class Added:
    """The content words that were added to one utterance, against those the person added."""

    wanted: bool  # the person added something
    precision: float
    recall: float
    f1: float
    left_alone: bool


def added_words(utterance: Utterance, query: str) -> Added:
    """Compare what `query` and the person add to the raw utterance."""
    said = content_words(utterance.text)
    wanted = content_words(utterance.person) - said
    added = content_words(query) - said
    right = sum((wanted & added).values())
    precision = right / max(1, sum(added.values()))
    recall = right / max(1, sum(wanted.values()))
    return Added(bool(wanted), precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), not added)


def content_words(text: str) -> Counter[str]:
    """The words that the benchmark scores, with how often each occurs."""
    return Counter(word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in UNSCORED)
