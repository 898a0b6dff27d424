"""Our own data (prompts, messages, weights), read strictly: a wrong key is an error that names file and key."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import DataFileError


def read_yaml(path: Path, *, keys: set[str] | None = None) -> Mapping[str, Any]:
    """The mapping in a YAML file; with `keys`, exactly these must stand at its top.

    Raises:
        DataFileError: missing, not YAML, not a mapping, or an unknown or missing key; names file and key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataFileError(f"{path} is missing; restore it from the project or set ASSISTANT_PROMPTS_DIR") from error
    except (OSError, yaml.YAMLError) as error:
        raise DataFileError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DataFileError(f"{path} must hold a mapping at its top")
    if keys is not None:
        for key in content.keys() - keys:
            raise DataFileError(f"{path}: unknown key {key!r}; known: {', '.join(sorted(keys))}")
        for key in keys - content.keys():
            raise DataFileError(f"{path}: key {key!r} is missing")
    return content


def read_numbers(path: Path, where: str, content: Any, names: set[str]) -> Mapping[str, Any]:
    """A mapping of exactly these names to numbers, as it stands in a file.

    Raises:
        DataFileError: it is another; names the file, where in it, and the keys.
    """
    if not isinstance(content, dict) or set(content) != names:
        wrong = sorted(set(content) ^ names) if isinstance(content, dict) else sorted(names)
        raise DataFileError(f"{path}: {where} lacks or has unknown keys: {', '.join(map(str, wrong))}")
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DataFileError(f"{path}: {where}: {name} is {value!r}, expected a number")
    return content


def fingerprint(path: Path) -> str:
    """Twelve hexadecimal digits that change with the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
