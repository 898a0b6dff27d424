"""Fit the weights of `prompts/conversation.yaml` on the CAsT topics with odd numbers and our own dev cases.

Two logistic models. The first decides whether a question needs something from its conversation: in CAsT it does where
a person's rewrite adds a word; of our cases a follow-up does, and every other question, put after the turns of an
unrelated case, does not (CAsT has almost no such change of topic). The second says which phrases it needs: those most
of whose words the rewrite adds. It is fitted on the years that come with answers (2021, 2022), as ours do.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.conversation import TURNS_READ, read_aspect, topic_start
from assistant.domain import Conversation, Turn
from assistant.follow_up import FollowUpRules, need_features
from assistant.lexicon import stem
from assistant.salience import candidates, read_turn, topical_stems
from evals.benchmarks.cast_data import Utterance, content_words
from evals.dataset import Case, CaseKind

LEFT_ALONE = 0.82  # of the CAsT questions with a history that need nothing; nine in ten with the first ones counted
OWN_LEFT_ALONE = 0.97  # of our questions after an unrelated turn
FOLDS = 10
MOSTLY = 0.6  # share of a phrase's new words that the person added
APART = (7, 31, 83)  # how far the cases stand apart in the file whose turns are put together
SHIFT_NOTE = "topic shift"

Idf = Callable[[str], float]
Row = dict[str, float]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """A question in its conversation, and whether it needs that."""

    question: str
    conversation: Conversation
    needy: bool
    own: bool  # one of our cases
    group: str  # kept together when a part is left out of the fit


def fit(utterances: Sequence[Utterance], rules: FollowUpRules, idf: Idf, cases: Sequence[Case], cases_idf: Idf) -> str:
    """The `need` and `phrase` sections as YAML, with how well the models do on topics left out of their fit.

    `idf` belongs to the passages of CAsT, `cases_idf` to the documents of the cases.
    """
    seen = [u for u in utterances if u.conversation.turns and not u.unseen]
    examples = [Example(u.text, u.conversation, bool(_added(u)), False, u.topic) for u in seen] + own_examples(cases)
    rows = [_need_row(example, rules, cases_idf if example.own else idf) for example in examples]
    needy = np.array([example.needy for example in examples])
    own = np.array([example.own for example in examples])
    need, scores, need_auc = _logistic(rows, needy, [e.group for e in examples], _equal_weights(needy, own))
    threshold = max(
        float(np.quantile(scores[~needy & ~own], LEFT_ALONE)), float(np.quantile(scores[~needy & own], OWN_LEFT_ALONE))
    )
    rules = replace(rules, need_weights=need, need_threshold=threshold)
    answered = [u for u in seen if _added(u) and u.conversation.turns[-1].answer]
    found = [row for utterance in answered for row in _phrase_rows(utterance, rules, idf)]
    wanted = np.array([label for _, label, _ in found])
    phrase, _, phrase_auc = _logistic([row for row, *_ in found], wanted, [group for *_, group in found])
    limits = rules.phrases
    report = [
        f"# {name}: of those in need {(scores[needy & of] > threshold).mean():.2f} completed, "
        f"of the others {(scores[~needy & of] <= threshold).mean():.2f} left alone"
        for name, of in (("CAsT", ~own), ("own cases", own))
    ]
    return "\n".join(
        [
            f"# AUC, topics left out: {need_auc:.3f} ({len(rows)} questions), {phrase_auc:.3f} ({len(found)} phrases)",
            *report,
            *_section("need", f"threshold: {threshold:.2f}", need),
            *_section("phrase", f"share: {limits.share}\nmost: {limits.most}", phrase),
        ]
    )


def own_examples(cases: Sequence[Case]) -> list[Example]:
    """Follow-ups in their conversation, and every other question after turns of three cases that stand far from it."""
    found = [
        Example(case.question, case.conversation, case.note != SHIFT_NOTE, True, case.id)
        for case in cases
        if case.kind is CaseKind.FOLLOW_UP
    ]
    single = [c for c in cases if c.kind not in (CaseKind.FOLLOW_UP, CaseKind.INSTRUCTION, CaseKind.UNCLEAR)]
    for position, case in enumerate(single):
        for apart in APART:
            other = single[(position + apart) % len(single)]
            turn = Turn(other.question, " ".join(gold.quote for gold in other.gold))
            found.append(Example(case.question, Conversation((turn,)), False, True, case.id))
    return found


def _equal_weights(needy: Flags, own: Flags) -> Floats:
    """Each of CAsT in need, CAsT not in need, own in need (a third of that: they are few) and own not in need weighs
    the same."""
    weights = np.zeros(len(needy))
    for part, share in ((needy & ~own, 1.0), (~needy & ~own, 1.0), (needy & own, 0.33), (~needy & own, 1.0)):
        if part.any():
            weights[part] = share * len(needy) / 4 / part.sum()
    return weights


def _added(utterance: Utterance) -> Counter[str]:
    return content_words(utterance.person) - content_words(utterance.text)


def _need_row(example: Example, rules: FollowUpRules, idf: Idf) -> Row:
    said = [read_turn(turn, rules.lists) for turn in example.conversation.turns[-TURNS_READ:]]
    return need_features(read_aspect(example.question, rules)[0], said, rules, idf)


def _phrase_rows(utterance: Utterance, rules: FollowUpRules, idf: Idf) -> list[tuple[Row, bool, str]]:
    """(features, whether the person added most of it, topic) of each candidate phrase."""
    turns = utterance.conversation.turns[-TURNS_READ:]
    said = [read_turn(turn, rules.lists) for turn in turns]
    start = topic_start([turn.question for turn in turns], said, rules, idf)
    aspect = read_aspect(utterance.text, rules)[0]
    known = set(topical_stems(aspect, rules.lists))
    stems = {stem(word) for word in _added(utterance)}
    found = []
    for phrase, features in candidates(aspect, said[start:], rules.lists, idf):
        new = [key for key in phrase.stems if key not in known]
        found.append((features, sum(key in stems for key in new) / len(new) >= MOSTLY, utterance.topic))
    return found


def _logistic(
    rows: Sequence[Row], target: Flags, groups: Sequence[str], sample_weights: Floats | None = None
) -> tuple[Mapping[str, float], Floats, float]:
    """Weights by name ("bias" among them), the score of each row when its group is left out, and the AUC of those."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    names = sorted({name for row in rows for name in row})
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    weighing = np.ones(len(rows)) if sample_weights is None else sample_weights
    model = LogisticRegression(C=0.5, max_iter=3000)
    scores = np.zeros(len(rows))
    for train, rest in GroupKFold(FOLDS).split(matrix, target, list(groups)):
        model.fit(matrix[train], target[train], weighing[train])
        scores[rest] = model.decision_function(matrix[rest])
    model.fit(matrix, target, weighing)
    weights = {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}
    return weights, scores, float(roc_auc_score(target, scores))


def _section(name: str, head: str, weights: Mapping[str, float]) -> list[str]:
    lines = [f"    {key}: {value:.2f}" for key, value in weights.items()]
    return [f"{name}:", *(f"  {line.strip()}" for line in head.splitlines()), "  weights:", *lines]
