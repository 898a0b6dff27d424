"""What is said to a chat model, from strict data files: prompts/ROLE.yaml, each with a version and a fingerprint."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter

from assistant.data_files import fingerprint, read_yaml
from assistant.errors import DataFileError

KEYS = {"version", "variables", "system", "user"}


class Role(StrEnum):
    """What a chat model is asked to do; the name of its prompt's file."""

    ANSWER = "answer"
    REWRITE = "rewrite"
    EXPAND = "expand"
    CHECK = "check"
    JUDGE = "judge"


ASKED_WITH = {  # the variables that each prompt is rendered with
    Role.ANSWER: frozenset({"question", "sources"}),
    Role.REWRITE: frozenset({"history", "question"}),
    Role.EXPAND: frozenset({"question"}),
    Role.CHECK: frozenset({"sources", "statement"}),
    Role.JUDGE: frozenset({"question", "reference", "statements"}),
}


class Speaker(StrEnum):
    """Whose message it is."""

    SYSTEM = "system"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a chat model."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages of one role with {variables}; `ref` says in an answer or a report exactly which prompt it was."""

    path: Path
    version: int
    fingerprint: str
    variables: frozenset[str]
    system: str
    user: str

    @property
    def ref(self) -> str:
        """ "answer 1 3f2a…": role, version, and the fingerprint of the file."""
        return f"{self.path.stem} {self.version} {self.fingerprint}"

    def render(self, **values: str) -> tuple[Message, ...]:
        """The messages with the variables filled in. Values are inserted as they are, never read as a template.

        Raises:
            DataFileError: a variable was not given, or one was given that the prompt does not have; names it.
        """
        for name in sorted(self.variables - values.keys()):
            raise DataFileError(f"{self.path.name}: the prompt needs a value for {{{name}}}; pass it")
        for name in sorted(values.keys() - self.variables):
            raise DataFileError(f"{self.path.name}: the prompt has no variable {name!r}; leave it out or declare it")
        fill = Formatter().vformat
        return (
            Message(Speaker.SYSTEM, fill(self.system, (), values).strip()),
            Message(Speaker.USER, fill(self.user, (), values).strip()),
        )


def load_prompt(prompts_dir: Path, role: Role) -> Prompt:
    """Read and check the prompt of a role.

    Raises:
        DataFileError: missing, not YAML, an unknown or missing key, a wrong type, a variable that is declared and not
            used or used and not declared; names the file and the key or variable.
    """
    path = prompts_dir / f"{role}.yaml"
    content = read_yaml(path, keys=KEYS)
    version, declared = content["version"], content["variables"]
    if not isinstance(version, int) or version < 1:
        raise DataFileError(f"{path}: version is {version!r}, expected a whole number from 1")
    if not isinstance(declared, list) or not all(isinstance(name, str) and name.isidentifier() for name in declared):
        raise DataFileError(f"{path}: variables is {declared!r}, expected a list of plain names")
    used: set[str] = set()
    for key in ("system", "user"):
        used |= _placeholders(path, key, content[key])
    for name in sorted(used - set(declared)):
        raise DataFileError(f"{path}: {{{name}}} is used but not declared; add it to variables or write {{{{{name}}}}}")
    for name in sorted(set(declared) - used):
        raise DataFileError(f"{path}: variable {name!r} is declared but not used; use it or take it out")
    return Prompt(path, version, fingerprint(path), frozenset(declared), content["system"], content["user"])


def load_prompts(prompts_dir: Path) -> dict[Role, Prompt]:
    """The prompts of all roles.

    Raises:
        DataFileError: one cannot be read, or has other variables than it is rendered with; names them.
    """
    prompts = {role: load_prompt(prompts_dir, role) for role in Role}
    for role, prompt in prompts.items():
        if prompt.variables != ASKED_WITH[role]:
            wanted, found = (", ".join(sorted(names)) for names in (ASKED_WITH[role], prompt.variables))
            raise DataFileError(
                f"{prompt.path}: variables are {found}, expected {wanted}; take over the project's file"
            )
    return prompts


def _placeholders(path: Path, key: str, text: object) -> set[str]:
    if not isinstance(text, str) or not text.strip():
        raise DataFileError(f"{path}: {key!r} is {text!r}, expected text")
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise DataFileError(f"{path}: {key!r} has a broken placeholder ({error}); write {{name}}") from error
    for name in names:
        if not name.isidentifier():
            raise DataFileError(f"{path}: {key!r} has the placeholder {{{name}}}; write a plain {{name}}")
    return names
