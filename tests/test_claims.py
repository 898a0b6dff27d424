"""What a sentence claims: names made one, demands and denials with what they reach, who does what."""

import pytest

from assistant.assembly import read_rules
from assistant.claims import Sentence, read
from assistant.settings import PROJECT_DIR, load_settings
from assistant.wording import Names

RULES = read_rules(load_settings(_env_file=None, prompts_dir=PROJECT_DIR / "prompts")).verification.words
NAMES = Names(
    [["R2P", "RtoP", "responsibility to protect"], ["UNSC", "Security Council"], ["CAR", "Central African Republic"]]
)


def sentence(text: str) -> Sentence:
    return read(text, NAMES, RULES)


@pytest.mark.parametrize(
    ("text", "demanded", "others"),
    [
        ("The Panel was formed in May; States should train police.", {"train", "polic"}, {"form", "panel"}),
        ("Establish a forum on prevention.", {"establish"}, set()),
        ("He urged the Front to free the teachers but praised the envoy.", {"free", "teacher"}, {"prais", "envoy"}),
    ],
)
def test_a_demand_reaches_what_follows_it(text: str, demanded: set[str], others: set[str]) -> None:
    assert sentence(text).demanded >= demanded
    assert not sentence(text).demanded & others


def test_names_for_one_thing_are_one() -> None:
    assert sentence("RtoP").stems == sentence("the Responsibility to Protect").stems - {"the"}
    assert "unsc" in sentence("The Security Council met.").stems


def test_a_short_name_is_one_only_in_capitals() -> None:
    assert "car" in sentence("a car").stems
    assert NAMES.unify("a car in the CAR") == "a car in the CAR"


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The UN should not engage in war.", {"engag", "war"}),
        ("It isn't over budget.", {"budget"}),
        ("The UN lacks a mechanism.", {"mechan"}),
        ("It failed to instill a culture.", {"instil", "cultur"}),
        ("Not only troops but police came.", set()),
        ("They do not lack courage.", set()),
        ("rather than troops", {"troop"}),
        ("a rather large force", set()),
        ("References should be avoided.", {"refer"}),
    ],
)
def test_a_denial_reaches_what_follows_in_its_clause(text: str, denied: set[str]) -> None:
    assert sentence(text).denied >= denied
    if not denied:
        assert not sentence(text).denied


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("The Security Council urged restraint.", [("unsc", "urg")]),
        ("The Panel was chaired by Ameerah Haq.", [("haq", "chair")]),
        ("Member States should also consider this.", [("state", "consid")]),
        ("The mandate of the Council expired.", []),
        ("The statute was praised.", []),
        ("Work with bodies such as the Security Council would improve this.", []),
    ],
)
def test_who_does_what_is_read_from_the_order_of_words(text: str, acts: list[tuple[str, str]]) -> None:
    found = [(who, verb.stem) for who, verb in sentence(text).roles.acts()]
    assert [verb for _, verb in found] == [verb for _, verb in acts]
    assert all(name in who for (name, _), (who, _) in zip(acts, found, strict=True))


@pytest.mark.parametrize(
    ("text", "verb", "named"),
    [
        ("The Council, as the States say, must not ignore partners.", "ignore", True),
        ("As much as the Council does, they must not ignore partners.", "ignore", False),
        ("The States noted that support was needed from the Secretariat.", "needed", False),
        ("The States noted that the Secretariat needed support.", "needed", True),
        ("Today it seems that the States ignore villages.", "ignore", True),
    ],
)
def test_who_is_not_told_by_name_is_nobody_in_particular(text: str, verb: str, named: bool) -> None:
    roles = sentence(text).roles
    assert bool(roles.agents(next(word for word in roles.words if word.lower == verb))) is named


@pytest.mark.parametrize(
    ("text", "named", "verb"),
    [
        ("The Panel on Peace Operations recommended more drills.", {"panel", "peac", "oper"}, "recommended"),
        ("HIPPO says that drills help.", {"hippo"}, "says"),
        ("Operations of the Council failed.", set(), None),
        ("Peace drills help.", set(), None),
        ("The Panel on Peace Operations.", set(), None),
    ],
)
def test_a_statement_may_open_with_who_says_it(text: str, named: set[str], verb: str | None) -> None:
    stems, found = sentence(text).said_by({"hippo", "panel", "peac", "oper"})
    assert (stems, found.lower if found else None) == (named, verb)


def test_two_who_change_places_are_seen() -> None:
    one, other = "The Panel gave advice to Member States.", "Member States gave advice to the Panel."
    assert sentence(one).roles.exchanged(sentence(other).roles)
    assert not sentence(one).roles.exchanged(sentence(one).roles)
