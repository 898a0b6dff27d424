"""The address bar is the state of the Documents page: what it says can be used, or is as if left out."""

import pytest

from assistant.pages.address import Address, View


@pytest.mark.parametrize(
    "address",
    [
        Address(),
        Address(view=View.FIND, query="peace & <security>"),
        Address(document="a b", passage="a-0001-ff", start=0, end=9),
        Address(view=View.TERMS, document="x", start=12),
    ],
)
def test_reading_an_address_gives_back_what_was_written(address: Address) -> None:
    assert Address.read(address.params()) == address


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"view": "nowhere"}, Address()),
        ({"document": "x", "start": "-1", "end": "5"}, Address(document="x")),
        ({"document": "x", "start": "5", "end": "5"}, Address(document="x", start=5)),
        ({"document": "x", "start": "9", "end": "5"}, Address(document="x", start=9)),
        ({"document": "x", "start": "1e9"}, Address(document="x")),
        ({"document": "x", "start": "٣"}, Address(document="x")),
        ({"document": "x", "start": "9" * 400}, Address(document="x")),
        ({"document": "x", "end": "5"}, Address(document="x")),
        ({"document": "x" * 9999}, Address(document="x" * 400)),
        ({"other": "1"}, Address()),
    ],
)
def test_what_cannot_be_used_is_left_out(params: dict[str, str], expected: Address) -> None:
    assert Address.read(params) == expected


def test_a_document_is_opened_with_the_way_back() -> None:
    found = Address(view=View.FIND, query="peace")
    opened = found.opening("x", 3, 8)
    assert opened == Address(View.FIND, "peace", "x", "", 3, 8)
    assert opened.closed() == found
