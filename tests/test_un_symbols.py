import pytest

from ingest.un_symbols import (
    body_of,
    is_organ,
    is_session_or_agenda,
    kind_of,
    parse_symbol,
    read_front_page,
    symbol_of_file_name,
)


@pytest.mark.parametrize(
    ("printed", "symbol"),
    [
        ("S/RES/1674 (2006)", "S/RES/1674 (2006)"),
        ("A/RES/377 (V)", "A/RES/377 (V)"),
        ("A/RES/60/1", "A/RES/60/1"),
        ("A/HRC/48/69", "A/HRC/48/69"),
        ("ST/SGB/2003/13", "ST/SGB/2003/13"),
        ("A/C.4/48/SR.2-6", "A/C.4/48/SR.2-6"),
        ("A/81/6 (Sect. 15)/Part A*", "A/81/6 (Sect. 15)/Part A"),
        ("S/2025/10/Add.34", "S/2025/10/Add.34"),
        ("A/AC.121/2025/INF/3", "A/AC.121/2025/INF/3"),
        ("JIU/REP/2025/2", "JIU/REP/2025/2"),
        ("A/70/95-S/2015/446", "A/70/95–S/2015/446"),
        ("A/70/95–S/2015/446", "A/70/95–S/2015/446"),
    ],
)
def test_a_line_that_holds_only_a_symbol_is_read(printed: str, symbol: str) -> None:
    assert parse_symbol(printed) == symbol


@pytest.mark.parametrize("printed", ["", "and/or", "26-04887 (E)", "A/B", "2/13", "see A/48/653 and others", "N/A"])
def test_other_lines_are_no_symbol(printed: str) -> None:
    assert parse_symbol(printed) is None


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("E_CN.4_109.en.pdf", "E/CN.4/109"),
        ("folder/S_RES_2768 (2025).en.pdf", "S/RES/2768 (2025)"),
        ("A_81_6_SECT_11.pdf", None),
        ("a_report_of_2015.pdf", None),
        ("A_81_6-EN.docx", "A/81/6"),
        ("A_guide_2.pdf", None),
        ("S_2015.pdf", None),
        ("N2412345.pdf", None),
    ],
)
def test_files_of_the_united_nations_are_named_by_their_symbol(name: str, symbol: str | None) -> None:
    assert symbol_of_file_name(name) == symbol


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("General Assembly", True),
        ("United Nations Nations Unies", True),
        ("ECONOMIC AND SOCIAL COUNCIL / CONSEIL ÉCONOMIQUE ET SOCIAL", True),
        ("The situation before the Security Council", False),
        ("Security Council report", False),
        ("", False),
    ],
)
def test_names_of_organs_alone_are_a_letterhead(line: str, expected: bool) -> None:
    assert is_organ(line) is expected


@pytest.mark.parametrize(
    ("symbol", "body"),
    [
        ("S/2024/868", "Security Council"),
        ("A/HRC/48/69", "Human Rights Council"),
        ("A/48/653", "General Assembly"),
        ("A/70/95–S/2015/446", "General Assembly and Security Council"),
        ("XY/1", None),
    ],
)
def test_the_organ_follows_from_the_symbol(symbol: str, body: str | None) -> None:
    assert body_of(symbol) == body


@pytest.mark.parametrize(
    ("symbol", "title", "kind"),
    [
        ("S/RES/1674 (2006)", "Resolution 1674 (2006)", "resolution"),
        ("A/79/PV.64", "64th plenary meeting", "meeting record"),
        ("S/2025/1", "Letter dated 7 January 2025 from the Secretary-General", "letter"),
        ("S/2025/2", "United States of America: draft resolution", "draft resolution"),
        ("A/48/653", "Situation in Eritrea", None),
    ],
)
def test_the_kind_follows_from_symbol_or_title(symbol: str, title: str, kind: str | None) -> None:
    assert kind_of(symbol, title) == kind


def test_a_masthead_is_read() -> None:
    masthead = ["United Nations", "A/80/604/Add.1", "General Assembly", "Distr.: General", "7 April 2026"]
    front = read_front_page([*masthead, "Original: English"], ["Eightieth session", "Agenda item 156 (a)"])
    assert (front.symbol, front.date) == ("A/80/604/Add.1", "2026-04-07")
    assert (front.session, front.agenda_item, front.original_language) == ("Eightieth session", "156 (a)", "English")


def test_two_symbols_on_two_lines_are_one_joint_symbol() -> None:
    assert read_front_page(["A/52/826", "S/1998/222"]).symbol == "A/52/826–S/1998/222"


def test_an_empty_masthead_says_nothing() -> None:
    assert read_front_page([]).symbol is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Eightieth session", True),
        ("Fifty-third year", True),
        ("Agenda item 43", True),
        ("Item 110 (f) of the provisional agenda*", True),
        ("Items of the agenda were discussed", False),
        ("The session opened", False),
    ],
)
def test_session_and_agenda_lines(line: str, expected: bool) -> None:
    assert is_session_or_agenda(line) is expected
