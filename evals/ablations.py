"""The assistants that a report compares: production, the plain pipeline, and production with one part switched off."""

from collections.abc import Callable
from dataclasses import fields, replace

from assistant.answering import Assistant
from assistant.assembly import build_assistant, build_embedder, index_folder
from assistant.embedding import Embedder
from assistant.library import Library
from assistant.retrieval import RetrievalWeights, read_weights
from assistant.settings import Settings
from evals.baselines.plain import PlainPipeline, read_texts
from evals.run import PRODUCTION, Answerer

PLAIN = "plain pipeline"
FAST = "fast profile"

Makers = dict[str, Callable[[], Answerer]]


def assistants(settings: Settings, *, baselines: bool, ablations: bool) -> tuple[Makers, Library]:
    """Label -> how to make it, production first; and the library that all of them read.

    The embedding model is loaded once. Raises what `build_assistant` raises.
    """
    embedder = build_embedder(settings)
    production = build_assistant(settings, embedder=embedder)
    makers: Makers = {PRODUCTION: lambda: production}
    if baselines:
        makers[PLAIN] = lambda: _plain(settings, production.library, embedder)
    if ablations:
        weights = production.rules.retrieval
        variants = {f"without {name.replace('_', ' ')}": _without(weights, name) for name in signals(weights)}
        if settings.retrieval_profile != "fast":
            variants[FAST] = read_weights(settings.prompts_dir, "fast")
        for label, variant in variants.items():
            makers[label] = _variant(settings, production, variant)
    return makers, production.library


def signals(weights: RetrievalWeights) -> list[str]:
    """The signals that are on: every weight (a float, where sizes are whole numbers) that is not zero."""
    return [f.name for f in fields(weights) if isinstance(value := getattr(weights, f.name), float) and value]


def _without(weights: RetrievalWeights, signal: str) -> RetrievalWeights:
    values = {f.name: getattr(weights, f.name) for f in fields(weights)}
    return RetrievalWeights(**{**values, signal: 0.0})


def _variant(settings: Settings, production: Assistant, weights: RetrievalWeights) -> Callable[[], Answerer]:
    rules = replace(production.rules, retrieval=weights)
    return lambda: Assistant(
        production.library, production.embedder, index_folder(settings), rules, reader=production.reader
    )


def _plain(settings: Settings, library: Library, embedder: Embedder) -> PlainPipeline:
    return PlainPipeline.build(library.documents(), read_texts(library, settings.corpus_dir), embedder)
