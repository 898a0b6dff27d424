"""Are the cases sound? Every quote in the library, every fact in its gold, nothing asked twice, splits kept apart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assistant.domain import Reason
from evals.dataset import Case, CaseKind
from evals.matching import Source, Span, contains_phrase, letters_and_digits, located

# What each kind may expect; the other kinds may only expect an answer. A follow-up may lead to what is not stated.
EXPECTED_REASONS: dict[CaseKind, frozenset[Reason | None]] = {
    CaseKind.FOLLOW_UP: frozenset({None, Reason.NOT_STATED, Reason.OFF_TOPIC}),
    CaseKind.UNANSWERABLE_NEAR: frozenset({Reason.NOT_STATED}),
    CaseKind.UNANSWERABLE_FAR: frozenset({Reason.OFF_TOPIC, Reason.NO_EVIDENCE}),
    CaseKind.INSTRUCTION: frozenset({Reason.INSTRUCTION}),
    CaseKind.UNCLEAR: frozenset({Reason.UNCLEAR}),
}
MINIMUM_CASES = 300  # of both splits together: a point of difference in a share is then worth three cases
MINIMUM_NEAR = 60  # the hardest kind, and the one where a few lucky cases would mislead most


def check_cases(cases: Sequence[Case], sources: Mapping[str, Source]) -> list[str]:
    """What is wrong with each case, one line each, in the order of the cases; empty when all are sound."""
    problems = [f"{case_id}: the id is used {n} times" for case_id, n in Counter(c.id for c in cases).items() if n > 1]
    problems += _repeated_questions(cases)
    for case in cases:
        found = [*_check_expectation(case), *_check_documents(case, sources), *_check_facts(case)]
        problems += [f"{case.id}: {problem}" for problem in found]
    return problems


def check_splits(splits: Mapping[str, Sequence[Case]], sources: Mapping[str, Source]) -> list[str]:
    """What is wrong with dev and test together: shared gold, shared questions, too few cases, missing kinds."""
    everything = [case for cases in splits.values() for case in cases]
    problems = check_cases(everything, sources)
    names = list(splits)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            problems += _shared_gold(splits[first], splits[second], sources)
    if len(everything) < MINIMUM_CASES:
        problems.append(f"there are {len(everything)} cases; {MINIMUM_CASES} are needed")
    near = sum(case.kind is CaseKind.UNANSWERABLE_NEAR for case in everything)
    if near < MINIMUM_NEAR:
        problems.append(f"there are {near} cases of kind unanswerable_near; {MINIMUM_NEAR} are needed")
    for name, cases in splits.items():
        missing = sorted(set(CaseKind) - {case.kind for case in cases})
        problems += [f"{name} has no case of kind {kind}" for kind in missing]
    return problems


def _repeated_questions(cases: Iterable[Case]) -> list[str]:
    """The same question after the same conversation; "and the second one?" may follow two different ones."""
    first_with: dict[tuple[str, ...], str] = {}
    problems: list[str] = []
    for case in cases:
        key = tuple(letters_and_digits(text) for text in (case.question, *(text for _, text in case.history)))
        key += tuple(sorted(case.documents))
        if key in first_with:
            problems.append(f"{case.id}: asks the same as {first_with[key]}")
        else:
            first_with[key] = case.id
    return problems


def _check_expectation(case: Case) -> Iterable[str]:
    if case.status.reason not in EXPECTED_REASONS.get(case.kind, frozenset({None})):
        yield f"kind {case.kind} does not go with status {case.status}"
    if case.answerable and not case.gold:
        yield "an answered case needs at least one gold quote"
    if case.answerable and not case.key_facts:
        yield "an answered case needs at least one key fact"
    if not case.answerable and (case.gold or case.key_facts):
        yield "an unanswerable case has neither gold quotes nor key facts"
    if case.kind is CaseKind.FOLLOW_UP and not case.history:
        yield "a follow-up needs a history"


def _check_documents(case: Case, sources: Mapping[str, Source]) -> Iterable[str]:
    for document_id in dict.fromkeys((*case.documents, *(gold.document for gold in case.gold))):
        if document_id not in sources:
            yield f"the library holds no document {document_id!r}; it holds: {', '.join(sorted(sources)) or 'none'}"
    for gold in case.gold:
        source = sources.get(gold.document)
        if source is None or gold.quote in source.text:
            continue
        near = source.locate(gold.quote)
        if near:
            start, end = near[0]
            yield (
                f"the quote differs from {gold.document} in spaces or punctuation: "
                f"{gold.quote!r} should be {source.text[start:end]!r}"
            )
        else:
            yield f"the quote does not stand in {gold.document}: {gold.quote!r}"
    if case.documents:
        for gold in case.gold:
            if gold.document not in case.documents:
                yield f"the gold quote stands in {gold.document}, which the restriction to documents leaves out"


def _check_facts(case: Case) -> Iterable[str]:
    evidence = " ".join(gold.quote for gold in case.gold)
    for fact in case.key_facts:
        if case.gold and not any(contains_phrase(evidence, phrasing) for phrasing in fact):
            yield f"no phrasing of this key fact stands in the gold quotes: {list(fact)}"


def _shared_gold(first: Sequence[Case], second: Sequence[Case], sources: Mapping[str, Source]) -> list[str]:
    """Pairs of cases of two splits whose gold quotes overlap in a document."""
    taken: dict[str, list[tuple[Span, str]]] = {}
    for case in first:
        for document_id, spans in located(((g.document, g.quote) for g in case.gold), sources).items():
            taken.setdefault(document_id, []).extend((span, case.id) for span in spans)
    problems: dict[str, None] = {}
    for case in second:
        for document_id, spans in located(((g.document, g.quote) for g in case.gold), sources).items():
            for start, end in spans:
                for (other_start, other_end), other in taken.get(document_id, []):
                    if start < other_end and other_start < end:
                        problems[f"{case.id}: shares gold of {document_id} with {other} in the other split"] = None
    return list(problems)
