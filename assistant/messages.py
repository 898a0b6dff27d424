"""Every word said to a reader, from one strict data file (prompts/messages.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from assistant.data_files import read_yaml
from assistant.errors import DataFileError

FILE_NAME = "messages.yaml"
VERSION = 1
SECTIONS = (
    "status", "phrase", "generative", "check", "app", "documents", "compare", "evaluation", "access", "export", "cli"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one file, by dotted key ("status.off_topic")."""

    path: Path
    entries: Mapping[str, str]

    def text(self, key: str, **variables: object) -> str:
        """One message with its variables filled in. Values are inserted as they are, never read as a template.

        Raises:
            DataFileError: no such key; a variable of the message was not given; a given one is not in the message.
        """
        wanted = self.variables(key)
        for name in sorted(wanted - variables.keys()):
            raise DataFileError(f"{self.path.name}: message {key!r} needs a value for {{{name}}}; pass it")
        for name in sorted(variables.keys() - wanted):
            raise DataFileError(f"{self.path.name}: message {key!r} has no {{{name}}}; write it there or leave it out")
        return _Filler().vformat(self.entries[key], (), variables)

    def variables(self, key: str) -> frozenset[str]:
        """The names that `text` needs for this key.

        Raises:
            DataFileError: no such key.
        """
        if key not in self.entries:
            raise DataFileError(f"{self.path.name}: there is no message {key!r}; add it")
        return _variables(self.entries[key])


def load_messages(prompts_dir: Path) -> Messages:
    """Read messages.yaml and check every message in it.

    Raises:
        DataFileError: the file is missing, is not YAML, has another version, an unknown or missing section, a value
            that is not text, or a placeholder that is not a plain name; names file and key.
    """
    path = prompts_dir / FILE_NAME
    data = read_yaml(path, keys={"version", *SECTIONS})
    if data["version"] != VERSION:
        raise DataFileError(f"{path}: version is {data['version']!r}, expected {VERSION}; use the file of this release")
    entries: dict[str, str] = {}
    for section in SECTIONS:
        if not isinstance(data[section], dict):
            raise DataFileError(f"{path}: section {section!r} must hold messages by name")
        for name, value in data[section].items():
            entries[f"{section}.{name}"] = _checked(path, f"{section}.{name}", value)
    return Messages(path, entries)


class _Filler(Formatter):
    """str.format with one addition: {count:document|documents} gives the number with the noun that fits it."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        one, many = format_spec.split("|", 1)
        return f"{value:,} {one if value == 1 else many}"


def _checked(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataFileError(f"{path}: {key!r} is {value!r}, expected text; put it in quotes")
    try:
        names = _variables(value)
    except ValueError as error:
        raise DataFileError(f"{path}: {key!r} has a broken placeholder ({error}); write {{name}}") from error
    for name in names:
        if not name.isidentifier():
            raise DataFileError(f"{path}: {key!r} has the placeholder {{{name}}}; write a plain {{name}}")
    return value


def _variables(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)
