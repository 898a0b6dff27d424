"""Questions that the library is known to answer: to begin with, to go on with, and to offer under a refusal. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import sleep

from assistant.domain import Answer
from assistant.pages.examples import Topic, answers_from

EXAMPLES = 6  # on the opening screen
FOLLOWING = 3  # after an answer, and under a refusal
TRIED = 24  # for the opening screen; each costs one answer when the app starts or the library changes
TRIED_AFTER = 3  # after an answer, of those that nobody has tried yet

Place = tuple[str, int]  # document id, and where in its text


@dataclass(frozen=True)
class Suggestions:
    """Topics of one state of the library; each is tried once, by asking, before it is offered."""

    topics: Sequence[Topic]
    wording: Callable[[Topic], str]
    answer: Callable[[str], Answer]
    _tried: dict[str, bool] = field(default_factory=dict)

    def examples(self) -> tuple[str, ...]:
        """Questions to begin with."""
        return tuple(self._answered(self.topics, EXAMPLES, TRIED, ()))

    def try_ahead(self, most: int = 300, pause: float = 0.25) -> None:
        """Try topics while nobody waits, so that offering them costs nothing later."""
        for topic in self.topics[:most]:
            sleep(pause)
            list(self._answered((topic,), 1, 1, ()))

    def near(self, places: Sequence[Place], asked: Collection[str]) -> tuple[str, ...]:
        """Questions on what stands nearest to these places, none of those asked already."""
        held = {document_id for document_id, _ in places}
        nearest = sorted(
            (topic for topic in self.topics if topic.document.id in held), key=lambda topic: _distance(topic, places)
        )
        rest = (topic for topic in self.topics if topic.document.id not in held)
        return tuple(self._answered((*nearest, *rest), FOLLOWING, TRIED_AFTER, asked))

    def _answered(self, topics: Iterable[Topic], count: int, tries: int, asked: Collection[str]) -> Iterable[str]:
        questions = ((topic, self.wording(topic)) for topic in topics)
        known = {" ".join(question.casefold().split()) for question in asked}
        left = tries

        def holds(topic: Topic, question: str) -> bool:
            nonlocal left
            if question not in self._tried:
                if not left:
                    return False
                left -= 1
                self._tried[question] = answers_from(topic, self.answer(question))
            return self._tried[question]

        good = (
            question for topic, question in questions if question.casefold() not in known and holds(topic, question)
        )
        return islice(good, count)


def _distance(topic: Topic, places: Sequence[Place]) -> int:
    return min(abs(topic.start - start) for document_id, start in places if document_id == topic.document.id)
