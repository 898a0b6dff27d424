"""The numbers of a sentence, with what they count, date or pick out."""

import pytest

from tests.test_claims import sentence


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The Panel had 16 members.", ["16"]),
        ("The Panel had sixteen members.", ["16"]),
        ("his seventh report", ["7"]),
        ("the 7th report", ["7"]),
        ("more than 1,204 submissions", ["1204"]),
        ("under Pillar III", ["3"]),
        ("the third pillar", ["3"]),
        ("in June 2015", ["2015"]),
        ("twenty-second", ["22"]),
        ("over the past decade", ["10"]),
        ("almost a quarter of States", ["1/4"]),
        ("one of them", []),
        ("I think so", []),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, values: list[str]) -> None:
    assert [value for value, _ in sentence(text).counts.numbers] == values


def test_a_number_counts_what_follows_it() -> None:
    said = sentence("It received more than 80 written submissions from more than 50 Member States.")
    (_, eighty), (_, fifty) = said.counts.numbers
    assert said.counts.heads(eighty) >= {"written", "submiss"}
    assert list(said.counts.counted("submiss")) == ["80"]
    assert "member" in said.counts.heads(fifty)
    assert list(said.counts.counted("member")) == ["50"]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("on 8 December 2009", ["december", "december"]),
        ("December 7 and 8, 2010", ["december", "december", "december"]),
        ("from 8 to 10 December", ["december", "december"]),
        ("on the 8th and 9th of December", ["december", "december"]),
        ("In December 2009 eight villages", ["december", None]),
        ("eight villages in May", [None]),
    ],
)
def test_a_month_dates_the_days_and_the_year_beside_it(text: str, months: list[str | None]) -> None:
    said = sentence(text)
    assert [said.counts.month(position) for _, position in said.counts.numbers] == months


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Four crimes: genocide, war crimes, ethnic cleansing and crimes against humanity.", 4),
        ("Three bodies: the Council, the Assembly, and the Court.", 3),
        ("Two things: it asks for troops; it asks for money.", 2),
        ("One thing: money.", 0),
        ("The Council, the Assembly and the Court.", 0),
    ],
)
def test_what_is_listed_after_a_colon_is_counted(text: str, listed: int) -> None:
    assert sentence(text).counts.listed == listed


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        ("The second shift is needed.", True),
        ("One element is a plan.", True),
        ("as one challenge", True),
        ("One Member State voted.", False),
        ("5th June", False),
        ("Two shifts are needed.", False),
    ],
)
def test_a_number_may_pick_one_of_several(text: str, picks: bool) -> None:
    counts = sentence(text).counts
    assert counts.picks_out(counts.numbers[0][1] if counts.numbers else 1) is picks


@pytest.mark.parametrize(
    ("text", "head", "totals"),
    [
        ("Four essential shifts are needed.", "shift", (4,)),
        ("The thirtieth session met.", "session", ()),
        ("The eighth session met. The Board held ten sessions.", "session", ()),
        ("The 2009 report came.", "report", ()),
        ("It met on 12 June.", "june", ()),
    ],
)
def test_only_what_is_counted_has_a_total(text: str, head: str, totals: tuple[int, ...]) -> None:
    assert sentence(text).counts.totals(head) == totals


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("One of the six priorities is this.", True),
        ("the second of its six shifts", True),
        ("Six priorities were set.", False),
        ("The work of the six guards", False),
    ],
)
def test_a_number_may_say_out_of_how_many(text: str, of: bool) -> None:
    counts = sentence(text).counts
    assert counts.of_several(next(i for value, i in counts.numbers if value == "6")) is of
