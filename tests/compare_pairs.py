"""Questions put to each of the five documents alone, judged by reading the documents, before any answer was seen.

DESIGN was looked at while the model of assistant/bearing.py was made; HELD_OUT was written and judged before it was run
for the first time. A document that touches on a question without answering it is open: either verdict is right.
"""

from dataclasses import dataclass

GAPW = "gapw-uneps-conference-2010"
GCR2P = "gcr2p-un-perspectives-2016"
NOTE = "hippo-information-note-2015"
STATEMENT = "icrtop-hippo-statement-2015"
SUMMARY = "icrtop-sg-report-summary-2015"
DOCUMENTS = (GAPW, GCR2P, NOTE, STATEMENT, SUMMARY)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, the documents that say something on it, and those of which one may think either way."""

    question: str
    says: set[str]
    either: set[str]


DESIGN = (
    Judged("What is said about the use of the veto?", {GAPW, SUMMARY}, set()),
    Judged("How many members did the Panel have and who chaired it?", {NOTE}, set()),
    Judged(
        "What is recommended on accountability for sexual exploitation and abuse by peacekeepers?",
        {NOTE, STATEMENT},
        set(),
    ),
    Judged("What is said about the Framework of Analysis for Atrocity Crimes?", {GCR2P, STATEMENT, SUMMARY}, set()),
    Judged("What is said about Human Rights up Front?", {GCR2P, STATEMENT, SUMMARY}, set()),
    Judged("What is UNEPS?", {GAPW}, set()),
    Judged("What is said about Libya?", {GCR2P, SUMMARY}, set()),
    Judged("What role is given to the International Criminal Court?", {GAPW, SUMMARY}, set()),
    Judged("Should peacekeepers carry out counter-terrorism operations?", {NOTE}, {SUMMARY}),
    Judged("What is said about new technologies?", {SUMMARY}, set()),
    Judged("What is recommended for national focal points?", {SUMMARY}, set()),
    Judged("How should peacekeepers be trained?", {GCR2P, STATEMENT}, {GAPW}),
    Judged("What is said about women in peace operations?", {NOTE}, {SUMMARY}),
    Judged("What is said about early warning?", {GAPW, GCR2P, SUMMARY}, {NOTE, STATEMENT}),
    Judged("What is said about rapid deployment?", {GAPW, NOTE}, {GCR2P, SUMMARY}),
    Judged("How many UN peacekeeping operations have a mandate to protect civilians?", {GCR2P, STATEMENT}, set()),
    Judged("When and where was the workshop held?", {GAPW, GCR2P}, set()),
    Judged("What is said about regional organizations?", {GAPW, NOTE, SUMMARY}, {GCR2P, STATEMENT}),
    Judged("What is said about climate change?", set(), set()),
    Judged("What is said about the situation in Syria?", {SUMMARY}, set()),
    Judged("What is said about South Sudan?", {GCR2P, STATEMENT}, set()),
    Judged("How does the protection of civilians differ from the responsibility to protect?", {GCR2P}, {STATEMENT}),
    Judged("How should special political missions be funded?", {NOTE}, {GCR2P, STATEMENT}),
    Judged("Which crimes does the responsibility to protect cover?", {STATEMENT, SUMMARY}, {GAPW}),
)

HELD_OUT = (
    Judged("What is said about Darfur?", {STATEMENT}, set()),
    Judged("What is said about the Peacebuilding Commission?", {STATEMENT, SUMMARY}, set()),
    Judged("What is said about Resident Coordinators?", {GCR2P}, set()),
    Judged("What is said about sovereignty?", {GAPW}, set()),
    Judged("Who funded the work?", {GAPW}, {GCR2P}),
    Judged("How many written submissions were received?", {NOTE}, set()),
    Judged("What is recommended on mission leadership?", {GCR2P, NOTE}, set()),
    Judged("What is said about contingency planning?", {GAPW, GCR2P}, set()),
    Judged("What is said about unarmed protection of civilians?", {STATEMENT}, {GCR2P, NOTE}),
    Judged("What is the role of civil society?", {GAPW, SUMMARY}, {GCR2P, NOTE, STATEMENT}),
    Judged("What is said about political will?", {STATEMENT, SUMMARY}, {GCR2P}),
    Judged("What should the Security Council do?", {GAPW, GCR2P, NOTE, STATEMENT, SUMMARY}, set()),
    Judged("What is said about the Special Advisers on the Prevention of Genocide?", {GCR2P, SUMMARY}, {GAPW}),
    Judged("What is said about refugees?", {GAPW}, {GCR2P}),
    Judged("What is said about disarmament?", {STATEMENT}, {SUMMARY}),
    Judged("What is said about Rwanda?", {GAPW}, {NOTE}),
    Judged("What is said about the protection of journalists?", set(), set()),
    Judged("What is said about cyber security?", set(), {SUMMARY}),
)
