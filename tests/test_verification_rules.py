"""`verification.yaml` is read strictly: what is wrong is named with its key."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.errors import DataFileError
from assistant.settings import PROJECT_DIR
from assistant.verification_rules import read_rules

SOURCE = PROJECT_DIR / "prompts" / "verification.yaml"


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("exchanged", 1.5, "exchanged is 1.5"),
        ("exchanged_by_rule", "often", "exchanged_by_rule is 'often'"),
        ("meaning", None, "meaning is None"),
        ("word_missing", 0.6, "word_missing is 0.6, expected less than word_met"),
        ("negators", [False], "negators holds"),
        ("idioms", ["above all"], "idioms must give for each phrase what it means"),
        ("idioms", {"above all": False}, "idioms must give for each phrase what it means"),
        ("absolutes", "all", "absolutes must hold a list of lists"),
        ("as_absolute", {"sundry": ["each"]}, "as_absolute must give, for words of absolutes"),
        ("as_absolute", {"all": "each"}, "as_absolute.all holds 'each', expected a list of words"),
        ("surprise", 1, "surprise"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named_with_its_key(tmp_path: Path, key: str, value: Any, named: str) -> None:
    content = yaml.safe_load(SOURCE.read_text(encoding="utf-8")) | {key: value}
    (tmp_path / SOURCE.name).write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataFileError, match=named):
        read_rules(tmp_path, frozenset())


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    content = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    del content["wanting"]
    (tmp_path / SOURCE.name).write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataFileError, match="'wanting'"):
        read_rules(tmp_path, frozenset())
