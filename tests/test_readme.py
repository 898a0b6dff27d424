"""Every command of the README that is safe to run in a test is run; CI runs the two of the set-up."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.settings import PROJECT_DIR, Settings

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
SET_UP = ("pip install",)  # run by .ci/run in a fresh environment


def commands() -> list[str]:
    blocks = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith(SET_UP)]


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(
    command: str, corpus_settings: Settings, corpus_library: Library, tmp_path: Path
) -> None:
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(corpus_settings.data_dir)}
    line = command.replace("policy-assistant", f'"{sys.executable}" -m assistant')

    done = subprocess.run(
        line, shell=True, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, timeout=240
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_ci_runs_the_two_commands_of_the_set_up() -> None:
    script = (PROJECT_DIR / ".ci" / "run").read_text(encoding="utf-8")

    assert "pip install -q -e ." in script
    assert "policy-assistant app" in script
    assert 'pip install -q -e ".[test]"' in script
    assert "pytest" in script


def test_every_setting_of_the_readme_exists() -> None:
    named = set(re.findall(r"`ASSISTANT_([A-Z_]+)`", README))

    assert named <= {name.upper() for name in Settings.model_fields}
