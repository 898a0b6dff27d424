"""What each step of an answer did and took, for `ask --explain`. Pure."""

from assistant.domain import Answer

SHOWN_HITS = 5


def explain(answer: Answer) -> list[str]:
    """Lines in the order of the steps."""
    lines = [f"question: {answer.question}", f"searched for: {answer.search_query}"]
    for hit in answer.hits[:SHOWN_HITS]:
        signals = ", ".join(f"{name} {value:.2f}" for name, value in hit.signals.items())
        place = f"{hit.passage.document_id}, {hit.passage.locator}"
        lines.append(f"found {hit.rank}: {place}, score {hit.score:.3f}" + (f" ({signals})" if signals else ""))
    if answer.answerability is not None:
        lines.append(f"probability that this answers: {answer.answerability:.2f}")
    lines.append(f"status: {answer.status}; mode: {answer.mode}")
    if answer.model:
        lines.append(f"model: {answer.model}; prompts: {'; '.join(answer.prompts)}")
    if answer.usage:
        used = answer.usage
        cost = "no prices set" if used.cost is None else f"{used.cost:.6f}"
        tokens_in, tokens_out = ("not told" if n is None else str(n) for n in (used.tokens_in, used.tokens_out))
        lines.append(f"tokens sent: {tokens_in}; received: {tokens_out}; seconds: {used.seconds:.2f}; cost: {cost}")
    lines += [f"not shown ({why}): {text}" for text, why in answer.dropped]
    if answer.fault:
        lines.append(f"the model's words were not used: {answer.fault}")
    lines += [f"statement {n}: {s.support}, sources {list(s.citations)}" for n, s in enumerate(answer.statements, 1)]
    lines += [f"took {step}: {ms:.1f} ms" for step, ms in answer.timings_ms.items()]
    return lines
