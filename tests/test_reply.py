"""A reply, as it comes in pieces, to statements with their markers."""

import pytest

from assistant.reply import Line, NotStated, read_line, read_lines

LINES: dict[str, tuple[Line | NotStated, ...]] = {
    "The Panel met. [1]": (Line("The Panel met.", (1,)),),
    "The Panel met [1].": (Line("The Panel met.", (1,)),),
    "The Panel met.[1][3]": (Line("The Panel met.", (1, 3)),),
    "The Panel met. [1, 3]": (Line("The Panel met.", (1, 3)),),
    "The Panel met. [1-3]": (Line("The Panel met.", (1, 2, 3)),),
    "The Panel met. 【2†source】": (Line("The Panel met.", (2,)),),
    "The Panel met. [Source 2]": (Line("The Panel met.", (2,)),),
    "- The Panel met. [1]": (Line("The Panel met.", (1,), item=True),),
    "2. The Panel met. [1]": (Line("The Panel met.", (1,), item=True),),
    "**The Panel** met *twice*. [1]": (Line("The Panel met twice.", (1,)),),
    "The Panel met.": (Line("The Panel met.", ()),),
    "The Panel met. [99]": (Line("The Panel met.", (99,)),),
    "It met. [1] It left. [2]": (Line("It met.", (1,)), Line("It left.", (2,))),
    "It met. It left. [2]": (Line("It met.", (2,)), Line("It left.", (2,))),
    "Dr. Luck spoke. [1]": (Line("Dr. Luck spoke.", (1,)),),
    "See para. 138 of the text. [1]": (Line("See para. 138 of the text.", (1,)),),
    "The Pa\u200bnel\u202e met.\x07 [1]": (Line("The Panel met.", (1,)),),
    "NOT STATED": (NotStated(),),
    "Not stated: the cost.": (NotStated(),),
    "**NOT_STATED**": (NotStated(),),
    "It is not stated who paid. [1]": (Line("It is not stated who paid.", (1,)),),
    "": (),
    " \t ": (),
    "---": (),
    "# Answer": (),
    "Here is the answer:": (),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read(line: str) -> None:
    assert read_line(line) == LINES[line]


def test_a_line_is_there_as_soon_as_it_ends() -> None:
    pieces = iter(["The Pa", "nel met. [1]\nIt l", "eft. [2]"])
    lines = read_lines(pieces)
    assert next(lines) == ("The Panel met. [1]", True)
    assert next(pieces) == "eft. [2]", "nothing was read ahead"


def test_all_kinds_of_line_ends_part_lines_and_the_last_may_have_none() -> None:
    assert list(read_lines(["a\r\nb\rc\nd"])) == [("a", True), ("b", True), ("c", True), ("d", False)]


@pytest.mark.parametrize(
    "pieces",
    [["<think>The Panel had 60", " members. [1]\n</think>", "It met. [1]"], ["<thinking>x\ny</thinking>It met. [1]"]],
)
def test_what_a_model_thinks_aloud_is_not_read(pieces: list[str]) -> None:
    said = [line for line, _ in read_lines(pieces) if line]
    assert said == ["It met. [1]"]


def test_thoughts_without_an_end_are_thoughts() -> None:
    assert [line for line, _ in read_lines(["<think>I wonder.\nStill."]) if line] == []


def test_a_line_without_end_is_cut() -> None:
    (line,) = read_line("x" * 100_000)
    assert isinstance(line, Line)
    assert len(line.text) <= 1_500
