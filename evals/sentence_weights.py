"""Learn the sentence weights of `prompts/extractive.yaml` from the dev split.

Within each question the sentences compete: the weights make the share of the gold sentences in a softmax over all
weighed sentences as large as possible (ListNet's top-one likelihood, Cao et al. 2007), which ranks better here than
judging every sentence by itself (first sentence right for 46 % against 45 % of the questions, key facts 52 % : 50 %).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.answering import Assistant
from assistant.assembly import build_assistant
from assistant.errors import DataFileError, LibraryError
from assistant.evidence import Features
from assistant.settings import Settings
from evals.dataset import Case, load_split
from evals.matching import letters_and_digits

NAMES = tuple(Features.__slots__)
RIDGE = 5.0  # on standardised features; 1 and 20 give the same within noise
FOLDS = 10

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The sentences of one question: features f64[s, f], and which are gold bool[s]."""

    features: Numbers
    gold: npt.NDArray[np.bool_]


def calibrate_sentences(settings: Settings) -> int:
    """Measure the dev questions, print how often the best sentence is gold on held-out ones, write the weights.

    Returns:
        0.

    Raises:
        AssistantError: the library is empty, or a data file cannot be used.
    """
    assistant = build_assistant(settings)
    if not assistant.library.documents():
        raise LibraryError("the library is empty; fill it first: policy-assistant ingest")
    questions = [_weigh(assistant, case) for case in load_split("dev") if case.answerable]
    usable = [q for q in questions if q.gold.any()]
    right = [
        bool(held.gold[np.argmax(held.features @ learn([q for i, q in enumerate(usable) if i % FOLDS != fold]))])
        for fold in range(FOLDS)
        for held in usable[fold::FOLDS]
    ]
    print(f"{len(questions)} answerable questions, {len(usable)} with gold among the weighed sentences")
    print(f"best sentence is gold: {np.mean(right):.3f} of these, each judged by weights learnt without it")
    path = settings.prompts_dir / "extractive.yaml"
    block = "weights" if assistant.reader else "weights_apart"
    _write(path, block, dict(zip(NAMES, learn(usable), strict=True)))
    print(f"written: {path}")
    return 0


def learn(questions: Sequence[Weighed]) -> Numbers:
    """Weights f64[f] for unscaled features."""
    from scipy.optimize import minimize

    together = np.concatenate([q.features for q in questions])
    mean, spread = together.mean(axis=0), together.std(axis=0) + 1e-9
    scaled = [((q.features - mean) / spread, q.gold) for q in questions]

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        total, gradient = RIDGE * float(weights @ weights) / 2, RIDGE * weights
        for features, gold in scaled:
            odds = features @ weights
            share = np.exp(odds - odds.max())
            share /= share.sum()
            held = float(share[gold].sum())
            total -= float(np.log(held + 1e-12))
            gradient = gradient - (share * gold / (held + 1e-12) - share) @ features
        return total, gradient

    found = minimize(loss, np.zeros(len(mean)), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / spread, dtype=np.float64)


def _weigh(assistant: Assistant, case: Case) -> Weighed:
    _, _, evidence = assistant.gather(case.question, case.conversation, case.filters)
    quotes = [(gold.document, letters_and_digits(gold.quote)) for gold in case.gold]

    def is_gold(document: str, text: str) -> bool:
        letters = letters_and_digits(text)
        return any(document == d and letters and (letters in quote or quote in letters) for d, quote in quotes)

    return Weighed(
        np.array([[getattr(e.features, name) for name in NAMES] for e in evidence], dtype=np.float64),
        np.array([is_gold(e.passage.document_id, e.sentence.text) for e in evidence], dtype=bool),
    )


def _write(path: Path, name: str, weights: dict[str, float]) -> None:
    """Put the weights into the file; everything else in it, comments included, stays."""
    text = path.read_text(encoding="utf-8")
    block = f"{name}:\n  bias: 0.0\n" + "".join(f"  {name}: {value:.3f}\n" for name, value in weights.items())
    changed, count = re.subn(rf"^{name}:\n(?:  .*\n)+", lambda _: block, text, flags=re.MULTILINE)
    if count != 1:
        raise DataFileError(f"{path}: the block {name!r} was not found; restore the file from the project")
    path.write_text(changed, encoding="utf-8")
