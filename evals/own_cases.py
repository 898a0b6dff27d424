"""The operator's own cases: drafts that a person has checked, in one file that `policy-assistant eval --cases` asks."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from assistant.drafts import DraftCase
from assistant.errors import DataFileError
from assistant.records import write_whole
from evals.dataset import Case, load_cases, read_case
from evals.matching import Source
from evals.validate import check_cases

OWN_CASES = "cases.jsonl"  # below the data folder
PREFIX = "own-"


def read_own(path: Path) -> tuple[Case, ...]:
    """The accepted cases; none where there is no file yet.

    Raises:
        DataFileError: the file is malformed; names the line and the key.
    """
    return load_cases(path) if path.is_file() and path.stat().st_size else ()


def problems(draft: DraftCase, path: Path, sources: Mapping[str, Source]) -> list[str]:
    """What keeps a draft from being a case, one line each: as the validator of the project's own cases says it.

    Raises:
        DataFileError: the file of own cases is malformed.
    """
    try:
        case = read_case(draft.id, as_line(draft))
    except DataFileError as error:
        return [str(error).removeprefix(f"{draft.id}: ")]
    own = [other for other in read_own(path) if other.id != draft.id]
    found = check_cases([*own, case], sources)
    return [problem.removeprefix(f"{draft.id}: ") for problem in found if problem.startswith(f"{draft.id}: ")]


def accept(draft: DraftCase, path: Path, sources: Mapping[str, Source]) -> str:
    """Add a draft to the file as a case of its own; its id.

    Raises:
        DataFileError: the draft is no sound case yet, or the file is malformed.
        StorageError: the disk does not take it.
    """
    own = read_own(path)
    numbers = [int(c.id.removeprefix(PREFIX)) for c in own if c.id.removeprefix(PREFIX).isdigit()]
    case = replace(draft, id=f"{PREFIX}{max(numbers, default=0) + 1:03}")
    found = problems(case, path, sources)
    if found:
        raise DataFileError(f"{draft.id}: {'; '.join(found)}")
    before = path.read_bytes() if path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    write_whole(path, before + as_line(case).encode() + b"\n")
    return case.id


def as_line(draft: DraftCase) -> str:
    """A draft as one line of a case file."""
    return json.dumps(asdict(draft), ensure_ascii=False)
