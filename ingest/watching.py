"""See when a folder has changed and come to rest. Looks again and again: works on every system and network drive."""

import os
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

State = frozenset[tuple[str, int, int]]


def look(folder: Path, paths: Sequence[Path] = ()) -> State:
    """Name, size in bytes and time of change in nanoseconds of every visible file in a folder, or of `paths`."""
    found: set[tuple[str, int, int]] = set()
    for start in paths or (folder,):
        places = os.walk(start) if start.is_dir() else [(str(start.parent), [], [start.name])]
        for place, folders, names in places:
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = os.path.join(place, name)
                try:
                    status = os.lstat(path)
                except OSError:  # gone in between
                    continue
                if not name.startswith("."):
                    found.add((path, status.st_size, status.st_mtime_ns))
    return frozenset(found)


def watch(
    see: Callable[[], Hashable], act: Callable[[], bool], wait: Callable[[], object], *, handled: Hashable = None
) -> None:
    """Act after each change, as soon as two looks see the same: a file half copied is not read.

    `handled` is the state that was acted on already. Where `act` says that it failed, it is tried again after the next
    look. Ends only by an exception.
    """
    before = see()
    while True:
        now = see()
        if now != handled and now == before and act():
            handled = now
        before = now
        wait()
