"""A watched folder is taken in when it has changed and come to rest."""

import os
from collections.abc import Hashable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.watching import look, watch


class StoppedError(Exception):
    """Ends a watch."""


def watched(states: str, *, handled: Hashable = None, failures: int = 0) -> list[str]:
    """The states that are acted on while the folder is seen in these states, one a look."""
    seen: Iterator[str] = iter(states)
    acted: list[str] = []
    last = ""

    def see() -> str:
        nonlocal last
        last = next(seen, "")
        if not last:
            raise StoppedError
        return last

    def act() -> bool:
        acted.append(last)
        return len(acted) > failures

    with pytest.raises(StoppedError):
        watch(see, act, lambda: None, handled=handled)
    return acted


@pytest.mark.parametrize(
    ("states", "acted"),
    [
        ("aaaa", "a"),
        ("abcd", ""),
        ("aabcddd", "ad"),
        ("aabba", "ab"),
        ("aabaaa", "a"),
    ],
)
def test_each_change_is_taken_in_once_and_not_before_it_rests(states: str, acted: str) -> None:
    assert "".join(watched(states)) == acted


def test_what_was_handled_before_is_not_handled_again() -> None:
    assert watched("aaabbb", handled="a") == ["b"]


def test_what_failed_is_tried_again() -> None:
    assert watched("aaaaa", failures=2) == ["a", "a", "a"]


def test_a_look_sees_files_that_come_go_and_change(tmp_path: Path) -> None:
    states = [look(tmp_path)]
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "one.md"
    for change in (
        lambda: path.write_text("one"),
        lambda: path.write_text("longer"),
        lambda: os.utime(path, (1, 1)),
        lambda: path.rename(tmp_path / "two.md"),
        lambda: (tmp_path / "two.md").unlink(),
    ):
        change()
        states.append(look(tmp_path))
    assert all(before != after for before, after in pairwise(states))
    assert states[0] == states[-1] == look(tmp_path)


def test_hidden_files_and_files_that_are_gone_are_not_seen(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes.md").write_text("x")
    assert look(tmp_path) == look(tmp_path, [tmp_path / "absent.md"]) == frozenset()
    (tmp_path / "one.md").write_text("x")
    assert len(look(tmp_path, [tmp_path / "one.md"])) == 1
