"""A statement against its source: what passes, what does not, and why. Vectors are stubbed; rules decide here."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.assembly import read_rules
from assistant.domain import Support
from assistant.mentions import Told
from assistant.reply import Line
from assistant.settings import PROJECT_DIR, load_settings
from assistant.verification import Finding, Judges, Problem, Source, Verifier
from assistant.wording import Names
from tests.fakes import make_document, make_passages

RULES = read_rules(load_settings(_env_file=None, prompts_dir=PROJECT_DIR / "prompts")).verification
TEXT = (
    "The Board had 16 members and was chaired by Maria Keller. "
    "It received more than 80 submissions from more than 50 States in June 2015. "
    "The Board should not engage in military operations. "
    "The Council urged permanent members to “exercise restraint” in using the veto, e.g. under S/RES/1674. "
    "Regional bodies are often the most capable of helping. "
    "Establish an international forum on prevention."
)
DOCUMENT = make_document("board", TEXT, title="Report of the Board", body="Review Board (RB)")
SOURCES = {1: Source(1, make_passages(DOCUMENT)[0], "Report of the Board. Review Board (RB)")}


class Near:
    """Everything is as near as it is told."""

    def __init__(self, sentences: float = 0.8, words: float = 0.6) -> None:
        self.sentences, self.words = sentences, words

    def closeness(self, _: str, others: Sequence[str]) -> list[float]:
        return [self.sentences] * len(others)

    def nearest(self, _: str, words: Sequence[str], __: str) -> list[float]:
        return [self.words] * len(words)


VERIFIER = Verifier(RULES, Names([["R2P", "RtoP"]]), lambda _: 1.0, Near())


def held_to(source: str, text: str) -> Finding:
    """What the check finds about a statement that cites a document of one text."""
    document = make_document("source", source, title="Source")
    return VERIFIER.verify(Line(text, (1,)), {1: Source(1, make_passages(document)[0], "Source")})


@pytest.mark.parametrize(
    "text",
    [
        "The Board had sixteen members and Maria Keller was its chair.",
        "The Board had 16 members.",
        "The Board received more than 80 submissions in June 2015.",
        "More than 50 States sent submissions.",
        "The Board should not take part in military operations.",
        "The Council urged permanent members to “exercise restraint” in using the veto.",
        "The Council urged permanent members to 'exercise restraint' in using the veto.",
        "Restraint in using the veto was urged by the Council.",
        "Regional bodies are often the most capable of helping, the report says.",
        "An international forum on prevention should be established.",
    ],
)
def test_what_the_source_holds_in_other_words_is_supported(text: str) -> None:
    finding = VERIFIER.verify(Line(text, (1,)), SOURCES)
    assert finding.support is Support.SUPPORTED, finding
    assert finding.quotes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The Board had 17 members.", Problem.NUMBER),
        ("The Board had fifty members.", Problem.NUMBER),
        ("The Board received more than 50 submissions.", Problem.NUMBER),
        ("The Board received more than 80 submissions in May 2015.", Problem.NUMBER),
        ("The Board received more than 80 submissions in June 2016.", Problem.NUMBER),
        ("The Board was chaired by Karl Keller.", Problem.NAME),
        ("The veto is dealt with under S/RES/1675.", Problem.NUMBER),
        ("More on the Board of 16 members at http://evil.example/x.", Problem.NAME),
        ("The Board should engage in military operations.", Problem.NEGATION),
        ("The Board was not chaired by Maria Keller.", Problem.NEGATION),
        ("The Council did not urge permanent members to show restraint in using the veto.", Problem.NEGATION),
        ("The permanent members urged the Council to exercise restraint in using the veto.", Problem.ACTOR),
        ("The Board urged permanent members to exercise restraint in using the veto.", Problem.ACTOR),
        ("I think that the Board had 16 members.", Problem.ACTOR),
        ("Regional bodies are always the most capable of helping.", Problem.DEGREE),
        ("An international forum on prevention has been established.", Problem.DEGREE),
        ('The Council urged permanent members to "renounce the veto".', Problem.QUOTE),
        ("The Council urged permanent members to ‘renounce the veto’.", Problem.QUOTE),
        ("The Council urged permanent members to «renounce the veto».", Problem.QUOTE),
        ('The Council urged permanent members to "exercise restraint in using the veto.', Problem.QUOTE),
        ("Yes.", Problem.MEANING),
    ],
)
def test_what_the_source_does_not_hold_is_not_and_the_reason_is_named(text: str, problem: Problem) -> None:
    finding = VERIFIER.verify(Line(text, (1,)), SOURCES)
    assert finding.support is Support.UNSUPPORTED
    assert finding.problem is problem, finding


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("The Coalition brings civil society and Member States together.", True),
        ("The Council brings civil society and Member States together.", False),
    ],
)
def test_who_acts_may_be_called_by_a_part_of_the_long_name(text: str, supported: bool) -> None:
    document = make_document("borders", "RCB unites civil society and Member States.", title="Statement of RCB")
    source = Source(1, make_passages(document)[0], "Statement of RCB. Regional Coalition for Borders (RCB)")
    verifier = Verifier(RULES, Names([["RCB", "Regional Coalition for Borders"]]), lambda _: 1.0, Near())
    assert (verifier.verify(Line(text, (1,)), {1: source}).support is Support.SUPPORTED) is supported


@pytest.mark.parametrize("markers", [(), (2,), (0,), (1, 99)])
def test_a_marker_that_does_not_resolve_makes_a_statement_uncited(markers: tuple[int, ...]) -> None:
    finding = VERIFIER.verify(Line("The Board had 16 members.", markers), SOURCES)
    assert finding.problem is Problem.UNCITED


@pytest.mark.parametrize(
    "text",
    [
        "The Board had 16 members and was chaired by Maria Keller.",
        "“The Board had 16 members and was chaired by Maria Keller.”",
        "The Board should not engage in military operations",
    ],
)
def test_a_whole_sentence_of_the_source_is_verbatim_and_its_span_is_right(text: str) -> None:
    finding = VERIFIER.verify(Line(text, (1,)), SOURCES)
    assert finding.support is Support.VERBATIM
    (quote,) = finding.quotes
    assert DOCUMENT.text[quote.start : quote.end].strip("“”. ") == text.strip("“”. ")


def test_a_part_of_a_sentence_is_no_quotation_for_what_is_left_out_may_turn_it_round() -> None:
    finding = VERIFIER.verify(Line("engage in military operations.", (1,)), SOURCES)
    assert finding.support is Support.UNSUPPORTED
    assert finding.problem is Problem.NEGATION


def test_the_quotes_are_the_source_s_own_sentences() -> None:
    finding = VERIFIER.verify(Line("More than 50 States sent submissions.", (1,)), SOURCES)
    (quote,) = finding.quotes
    assert DOCUMENT.text[quote.start : quote.end].startswith("It received more than 80 submissions")


@pytest.mark.parametrize("meaning", [Near(sentences=0.3, words=0.45), Near(words=0.05), Near(sentences=0.0, words=0.0)])
def test_what_is_far_in_meaning_is_not_supported(meaning: Near) -> None:
    verifier = replace(VERIFIER, meaning=meaning)
    finding = verifier.verify(Line("The Board liked apples, pears and quinces.", (1,)), SOURCES)
    assert finding.problem is Problem.MEANING


@pytest.mark.parametrize(("verdict", "supported"), [((0.9, 0.05), True), ((0.2, 0.05), False), ((0.9, 0.6), False)])
def test_an_entailment_model_has_a_word_where_one_is_set(verdict: tuple[float, float], supported: bool) -> None:
    asked: list[tuple[str, str]] = []

    def entailment(source: str, claim: str) -> tuple[float, float]:
        asked.append((source, claim))
        return verdict

    verifier = replace(VERIFIER, judges=Judges(entailment=entailment))
    finding = verifier.verify(Line("The Board had sixteen members.", (1,)), SOURCES)
    assert (finding.support is Support.SUPPORTED) is supported
    assert asked == [("The Board had 16 members and was chaired by Maria Keller.", "The Board had sixteen members.")]
    assert supported or finding.problem is Problem.ENTAILMENT


FROM_ORDER = "Permanent members urged the Council to “exercise restraint” in using the veto."


@pytest.mark.parametrize(
    ("text", "likely", "problem"),
    [
        ("The Board had sixteen members.", RULES.roles.exchanged, Problem.ACTOR),
        ("The Board had sixteen members.", RULES.roles.exchanged - 0.01, None),
        (FROM_ORDER, 1.0, Problem.ACTOR),
        (FROM_ORDER, RULES.roles.exchanged_by_rule, Problem.ACTOR),
        (FROM_ORDER, RULES.roles.exchanged_by_rule - 0.01, None),
        ("I was chaired by Maria Keller.", 0.0, Problem.ACTOR),
    ],
)
def test_who_reads_the_parts_of_both_has_the_last_word_on_who_acts(
    text: str, likely: float, problem: Problem | None
) -> None:
    asked: list[tuple[str, str]] = []

    def exchanged(claim: Told, source: Told) -> float:
        asked.append((claim.text, source.text))
        return likely

    assert VERIFIER.verify(Line(FROM_ORDER, (1,)), SOURCES).problem is Problem.ACTOR
    finding = replace(VERIFIER, judges=Judges(exchanged=exchanged)).verify(Line(text, (1,)), SOURCES)
    assert finding.problem is problem
    ((claim, source),) = asked
    assert claim == text
    assert source in TEXT


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("All States have the duty, above all to prevent.", False),
        ("Above all, States have the duty to prevent.", True),
        ("States have only some of the duties to prevent.", True),
        ("Only States have the duty to prevent.", False),
        ("Certain States have the duty to prevent.", True),
        ("It is certain that States have the duty to prevent.", False),
        ("Nobody can prevent without States.", True),
    ],
)
def test_small_amounts_and_idioms_claim_neither_all_nor_none(text: str, supported: bool) -> None:
    finding = held_to("States have the duty to prevent.", text)
    assert (finding.problem not in {Problem.DEGREE, Problem.NEGATION}) is supported, finding


@pytest.mark.parametrize(
    ("source", "text", "supported"),
    [
        ("Each village has a guard.", "Every village has a guard.", True),
        ("Some villages may have a guard.", "Every village has a guard.", False),
        ("Guards act for purely local ends.", "Guards act for local ends alone.", True),
        ("Guards may act after a vote.", "Guards may act only after a vote.", True),
        ("Guards may act.", "Guards may act only after a vote.", False),
        ("Guards act sparingly.", "Guards act only sparingly.", True),
        ("Guards act on early warning.", "Guards act on only early warning.", False),
        ("Guards must not be allowed to leave.", "Guards must never leave.", True),
        ("Guards did not leave.", "Guards never left.", False),
        ("No village is safe.", "None of the villages is safe.", True),
        ("Guards alone are insufficient.", "Guards are not enough.", True),
        ("The Panel met in May; States should train guards.", "The Panel had met in May.", True),
        ("The Panel met in May; States should train guards.", "States have trained guards.", False),
        ("Look at potential ties of guards. All guards are needed in the villages.", "All guards are needed.", True),
        ("Missions may protect villages. All guards are needed there.", "Missions protect all villages.", False),
    ],
)
def test_a_statement_claims_no_more_than_its_source(source: str, text: str, supported: bool) -> None:
    finding = held_to(source, text)
    assert (finding.problem not in {Problem.DEGREE, Problem.NEGATION}) is supported, finding


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("A concern under Pillar I is that States lack courts.", True),
        ("A concern, I think, is that States lack courts.", False),
        ("In this phase I think that States lack courts.", False),
    ],
)
def test_the_first_pillar_is_no_speaker(text: str, supported: bool) -> None:
    assert (
        held_to("Under the first pillar a concern is that States lack courts.", text).support is Support.SUPPORTED
    ) is supported


class Literal(Near):
    """A text is near where it shares most words; a word only to itself."""

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        own = set(text.lower().split())
        return [len(own & set(other.lower().split())) / len(own) for other in others]


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("The High Panel on Peace Operations recommended tailored missions.", True),
        ("The High Panel on Peace Operations recommended better canteens.", False),
        ("Canteens of the High Panel on Peace Operations are tailored.", False),
    ],
)
def test_the_title_says_who_says_it_and_makes_nothing_else_true(text: str, supported: bool) -> None:
    document = make_document("panel", "Tailored missions are recommended.", title="High Panel on Peace Operations")
    source = Source(1, make_passages(document)[0], "High Panel on Peace Operations")
    verifier = replace(VERIFIER, meaning=Literal(words=0.1))
    finding = verifier.verify(Line(text, (1,)), {1: source})
    assert (finding.support is Support.SUPPORTED) is supported, finding


@pytest.mark.parametrize(
    ("source", "text", "supported"),
    [
        ("Both villages were visited.", "Two villages were visited.", True),
        ("Three villages were visited.", "Two villages were visited.", False),
        ("It works against theft, fraud and arson.", "It works against three crimes: theft, fraud and arson.", True),
        ("It works against theft, fraud and arson.", "It works against four crimes: theft, fraud and arson.", False),
        (
            "It works against two crimes: theft and fraud.",
            "It works against three crimes: theft, fraud and arson.",
            False,
        ),
        ("They met on December 7 and 8 in the village.", "They met in the village on 8 December.", True),
        ("They met on December 7 and 8 in the village.", "They met in the village on 8 May.", False),
    ],
)
def test_a_number_may_count_what_the_source_names_without_one(source: str, text: str, supported: bool) -> None:
    finding = held_to(source, text)
    assert (finding.problem is not Problem.NUMBER) is supported, finding


@pytest.mark.parametrize(
    ("source", "text", "supported"),
    [
        ("The gaps in training must be closed.", "Training is still lacking.", True),
        ("The missions should be given clear mandates.", "The missions lack clear mandates.", True),
        ("The missions have clear mandates.", "The missions lack clear mandates.", False),
        ("The missions should be given clear mandates.", "The missions should not be given clear mandates.", False),
        ("Non-military tools help villages.", "Tools that are not military help villages.", True),
        ("Military tools help villages.", "Tools that are not military help villages.", False),
        ("More villages are at risk than ever.", "The villages at risk have never been more.", True),
        ("More villages are at risk.", "The villages at risk have never been more.", False),
        ("It is the worst risk ever seen for villages.", "The villages have never been at risk.", False),
        ("Non-military tools help villages.", "Non-military tools do not help villages.", False),
        ("Non-military tools help villages.", "Tools that are not military do not help villages.", False),
    ],
)
def test_what_a_source_asks_for_or_finds_short_may_be_said_to_be_wanting(
    source: str, text: str, supported: bool
) -> None:
    finding = held_to(source, text)
    assert (finding.problem is not Problem.NEGATION) is supported, finding


def test_a_sentence_that_gives_orders_supports_nothing() -> None:
    verifier = replace(VERIFIER, suspicious=lambda text: "16 members" in text)
    finding = verifier.verify(Line("The Board had 16 members.", (1,)), SOURCES)
    assert finding.support is Support.UNSUPPORTED


@pytest.mark.parametrize(
    ("quoted", "holds"),
    [
        ("was chaired by … Keller", True),
        ("should … engage in military operations", False),
        ("Maria Keller … 16 members", False),
        ("haired by Maria", False),
        ("Exercise restraint", True),
    ],
)
def test_a_quotation_with_an_ellipsis_keeps_order_and_denials(quoted: str, holds: bool) -> None:
    finding = VERIFIER.verify(Line(f'The Board or Council said "{quoted}".', (1,)), SOURCES)
    assert (finding.problem is not Problem.QUOTE) is holds, finding
