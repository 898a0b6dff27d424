"""Fit the weights of `prompts/conversation.yaml` on the CAsT topics with odd numbers.

Two logistic models with the rewrites of people as the target: does a question need something from its conversation
(they added a word), and which phrases does it need (those most of whose words they added).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from assistant.conversation import TURNS_READ, FollowUpRules, need_features, points, read_aspect, topic_start
from assistant.lexicon import stem
from assistant.salience import candidates, read_turn, topical_stems
from evals.benchmarks.cast_data import Utterance, content_words

LEFT_ALONE = 0.82  # of the questions with a history that need nothing; nine in ten once first questions are counted
FOLDS = 10
MOSTLY = 0.6  # share of a phrase's new words that the person added

Row = dict[str, float]


def fit(utterances: Sequence[Utterance], rules: FollowUpRules, idf: Callable[[str], float]) -> str:
    """The `need` and `phrase` sections as YAML, with how well the models do on topics left out of their fit."""
    asked = [u for u in utterances if u.conversation.turns and not u.unseen]
    needed = np.array([bool(_added(utterance)) for utterance in asked])
    rows = [_need_row(utterance, rules, idf) for utterance in asked]
    need, scores, need_auc = _logistic(rows, needed, [u.topic for u in asked])
    threshold = float(np.quantile(scores[~needed], LEFT_ALONE))
    rules = replace(rules, need_weights=need, need_threshold=threshold)
    found = [row for u, need in zip(asked, needed, strict=True) if need for row in _phrase_rows(u, rules, idf)]
    phrase, _, phrase_auc = _logistic([r for r, _, _ in found], np.array([w for _, w, _ in found]), [t for *_, t in found])
    return "\n".join(
        [
            f"# need: {len(rows)} questions, AUC {need_auc:.3f} by topic; at this threshold "
            f"{(scores[needed] > threshold).mean():.2f} of those in need are completed, "
            f"{(scores[~needed] <= threshold).mean():.2f} of the others left alone",
            f"# phrase: {len(found)} phrases, AUC {phrase_auc:.3f} by topic",
            *_section("need", f"threshold: {threshold:.2f}", need),
            *_section("phrase", f"threshold: {rules.phrase_threshold}\nmost: {rules.most_phrases}", phrase),
        ]
    )


def _added(utterance: Utterance) -> Counter[str]:
    return content_words(utterance.person) - content_words(utterance.text)


def _need_row(utterance: Utterance, rules: FollowUpRules, idf: Callable[[str], float]) -> Row:
    said = [read_turn(turn, rules.lists) for turn in utterance.conversation.turns[-TURNS_READ:]]
    return need_features(read_aspect(utterance.text, rules)[0], said, rules, idf)


def _phrase_rows(
    utterance: Utterance, rules: FollowUpRules, idf: Callable[[str], float]
) -> list[tuple[Row, bool, str]]:
    """(features, whether the person added most of it, topic) of each candidate phrase."""
    turns = utterance.conversation.turns[-TURNS_READ:]
    said = [read_turn(turn, rules.lists) for turn in turns]
    start = topic_start([turn.question for turn in turns], said, rules, idf)
    aspect = read_aspect(utterance.text, rules)[0]
    known = set(topical_stems(aspect, rules.lists))
    stems = {stem(word) for word in _added(utterance)}
    person = points(aspect, rules.personal, rules)
    found = []
    for phrase, features in candidates(aspect, said[start:], rules.lists, idf, person=person):
        new = [key for key in phrase.stems if key not in known]
        found.append((features, sum(key in stems for key in new) / len(new) >= MOSTLY, utterance.topic))
    return found


def _logistic(
    rows: Sequence[Row], target: npt.NDArray[np.bool_], topics: Sequence[str]
) -> tuple[Mapping[str, float], npt.NDArray[np.float64], float]:
    """Weights by name ("bias" among them), the score of each row when its topic is left out, and the AUC of those."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    names = sorted({name for row in rows for name in row})
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    model = LogisticRegression(C=0.5, max_iter=3000, class_weight="balanced" if target.mean() > 0.5 else None)
    scores = cross_val_predict(
        model, matrix, target, groups=list(topics), cv=GroupKFold(FOLDS), method="decision_function"
    )
    model.fit(matrix, target)
    weights = {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}
    return weights, scores, float(roc_auc_score(target, scores))


def _section(name: str, head: str, weights: Mapping[str, float]) -> list[str]:
    lines = [f"    {key}: {value:.2f}" for key, value in weights.items()]
    return [f"{name}:", *(f"  {line.strip()}" for line in head.splitlines()), "  weights:", *lines]
