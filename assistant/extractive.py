"""Question and Evidence to Drafts that are quotes: no language model, nothing but the documents' own words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.citations import Draft
from assistant.data_files import read_yaml
from assistant.evidence import Evidence
from assistant.question import Expected, Question
from assistant.reading import Enumeration, Placed, Reading, label_of

FACT = {Expected.NUMBER, Expected.WHEN, Expected.WHERE, Expected.WHO, Expected.DEFINITION, Expected.DOCUMENT}


@dataclass(frozen=True, slots=True)
class ExtractiveRules:
    """`extractive.yaml`; see there for what each means."""

    weights: Mapping[str, float]
    passages: int
    margin: float
    sentences: int
    sentences_fact: int
    per_document: int
    list_words: int
    list_margin: float


def read_rules(prompts_dir: Path) -> ExtractiveRules:
    """The rules from `extractive.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    content = dict(read_yaml(prompts_dir / "extractive.yaml", keys={"version", *ExtractiveRules.__slots__}))
    content.pop("version")
    return ExtractiveRules(**content)


def answer_by_quotation(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> tuple[Draft, ...]:
    """The sentences and list items that answer, in reading order within each document; best document first.

    `evidence` is best first; `read` gives the Reading of a document by id.
    """
    if not evidence:
        return ()
    if question.side_by_side:
        chosen = _per_document(question, evidence, rules)
    else:
        found = _whole_list(question, evidence, rules, read)
        if found:
            return tuple(_list_drafts(found, rules))
        chosen = _best_sentences(question, evidence, rules)
    return tuple(_prose_drafts(chosen, read))


def _best_sentences(question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules) -> list[Evidence]:
    limit = rules.sentences_fact if question.expected in FACT and not question.enumeration else rules.sentences
    floor = evidence[0].score - rules.margin
    return [e for e in _without_repeats(evidence) if e.score >= floor][:limit]


def _per_document(question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules) -> list[Evidence]:
    chosen: list[Evidence] = []
    for document in question.documents:
        own = [e for e in evidence if e.passage.document_id == document]
        if own:
            floor = own[0].score - rules.margin
            chosen.extend([e for e in _without_repeats(own) if e.score >= floor][: rules.per_document])
    return chosen


def _whole_list(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> Enumeration | None:
    """The list that the best evidence belongs to, when the question asks for several things."""
    if not question.enumeration:
        return None
    best = evidence[0].score
    votes: dict[int, tuple[float, Enumeration]] = {}
    for e in evidence[:8]:
        if e.score < best - rules.list_margin:
            break
        found = read(e.passage.document_id).enumeration(e.sentence)
        if found and (question.count is None or len(found.items) >= question.count - 1):
            key = found.items[0].sentence.start
            agrees = 1.0 if question.count == len(found.items) else 0.0
            weight = votes.get(key, (0.0, found))[0] + 1.0 / (1.0 + best - e.score) + agrees
            votes[key] = (weight, found)
    return max(votes.values(), key=lambda vote: vote[0])[1] if votes else None


def _list_drafts(found: Enumeration, rules: ExtractiveRules) -> list[Draft]:
    items = [item.sentence for item in found.items]
    if sum(len(s.text.split()) for s in items) > rules.list_words:
        labels = [label_of(s) for s in items]
        if all(labels):
            items = [label for label in labels if label]
    drafts = [Draft(found.lead_in.sentence, found.lead_in.passage)] if found.lead_in else []
    drafts += [Draft(s, placed.passage, item=True) for s, placed in zip(items, found.items, strict=True)]
    return drafts


def _prose_drafts(chosen: Sequence[Evidence], read: Callable[[str], Reading]) -> list[Draft]:
    """Each document's sentences together and in reading order, a leaning one after the one that it leans on."""
    documents = list(dict.fromkeys(e.passage.document_id for e in chosen))
    drafts: list[Draft] = []
    for document_id in documents:
        reading = read(document_id)
        wanted: dict[int, Placed] = {}
        for e in chosen:
            if e.passage.document_id != document_id:
                continue
            before = reading.leans_on(e.sentence)
            if before:
                wanted[before.sentence.start] = before
            wanted[e.sentence.start] = Placed(e.sentence, e.passage)
        name = reading.document.metadata.short_title or reading.document.metadata.title
        lead_in = f"{name}:" if len(documents) > 1 else ""
        for position, start in enumerate(sorted(wanted)):
            placed = wanted[start]
            drafts.append(Draft(placed.sentence, placed.passage, lead_in if position == 0 else ""))
    return drafts


def _without_repeats(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Drop sentences that a better one already says word for word."""
    kept: list[Evidence] = []
    seen: set[str] = set()
    for e in evidence:
        key = e.sentence.text.casefold()
        if key not in seen:
            seen.add(key)
            kept.append(e)
    return kept
