"""A statement gives the numbers of its source, of the same things: what passes, and what must not."""

import pytest

from assistant.reply import Line
from assistant.verification import Problem, Source
from tests.fakes import make_document, make_passages
from tests.test_verification import VERIFIER

ABOUT = "Report of the Review Board. Review Board (RB). 16 June 2015"
SHIFTS = "Four essential shifts are needed. Political solutions must guide all missions. Missions should be tailored."
ADDRESS = "Write to the Office. 708 Third Avenue, Suite 1715. New York, NY 10017. Call on Mondays."
ELSEWHERE = (
    "The Board set six key priorities. It was his seventh report. In 2015 Ministers reviewed the plan. "
    "Published on 14 September. Fifty Ministers sent submissions. Twelve guards received medals."
)


def problem(source: str, text: str) -> Problem | None:
    document = make_document("source", source, title="Source")
    cited = Source(1, make_passages(document)[0], ABOUT, f"{source} {ELSEWHERE}")
    return VERIFIER.verify(Line(text, (1,)), {1: cited}).problem


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SHIFTS, "The second shift is that missions should be tailored."),
        (SHIFTS, "One shift is that missions should be tailored."),
        (SHIFTS, "Missions should be tailored as one shift of four."),
        (ADDRESS, "The Office's address is 708 Third Avenue, New York, NY 10017."),
        ("Missions should be tailored.", "Missions should be tailored, the 2015 report says."),
        ("Missions should be tailored.", "The Review Board recommended in 2015 that missions should be tailored."),
        ("Missions should be tailored.", "Missions should be tailored, says its report of June 2015."),
        ("Missions should be tailored.", "Missions should be tailored, as one of the six priorities."),
        ("Missions should be tailored.", "Missions should be tailored, the seventh report says."),
    ],
)
def test_a_number_may_pick_one_of_several_or_be_a_code_or_tell_which_document_says_it(source: str, text: str) -> None:
    assert problem(source, text) is not Problem.NUMBER


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SHIFTS, "The fifth shift is that missions should be tailored."),
        (SHIFTS, "Three shifts are needed."),
        (ADDRESS, "The Office's address is 708 Third Avenue, New York, NY 10018."),
        ("The Board had 16 members.", "The Board had one member."),
        ("Twelve Member States voted against the resolution.", "One Member State voted against the resolution."),
        ("It met on 12 June 2015.", "It met on the 5th June 2015."),
        ("The 2009 report introduced the norm.", "The second report introduced the norm."),
        ("The 2009 report introduced the norm.", "The 2015 report introduced the norm."),
        ("The thirtieth session heard the envoy.", "The fifth session heard the envoy."),
        ("The eighth session was short. The Board held ten sessions.", "The seventh session was short."),
        ("The sixth report was released in August.", "The seventh report was released in August."),
        ("Guards were established in October 2014.", "Guards were established in June 2015."),
        ("Guards were established by the Council.", "Guards were established by the Council in June 2015."),
        ("Guards left the villages in 2010.", "Guards left the villages in June 2015."),
        ("The 2013 elections were violent.", "The 2015 elections were violent."),
        ("At the end of 2014 troops withdrew.", "At the end of 2015 troops withdrew."),
        ("Ministers agreed in 2005 to prevent atrocities.", "In 2015 Ministers agreed to prevent atrocities."),
        ("The Board met on 21 July.", "The Board met on 14 September."),
        ("Ministers called for calm.", "Fifty Ministers called for calm."),
        ("Guards were killed.", "Twelve guards were killed."),
        (
            "The police protected civilians in the camps. There were 15,000 troops.",
            "There were 15,000 police who protected civilians in the camps.",
        ),
        ("Missions should be tailored.", "Missions should be tailored, the 2016 report says."),
        ("Missions should be tailored.", "Missions should be tailored, says its report of May 2015."),
    ],
)
def test_a_changed_number_is_caught_though_it_stands_in_the_document_or_its_date(source: str, text: str) -> None:
    assert problem(source, text) is Problem.NUMBER
