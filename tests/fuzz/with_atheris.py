"""Coverage-guided fuzzing of one target for a bounded time.

    pip install atheris
    python -m tests.fuzz.with_atheris layout -max_total_time=600 [FOLDER OF INPUTS]

Targets are those of tests/fuzz/targets.py; what follows is libFuzzer's. An input that breaks a promise is written to
a file named crash-…, and `python -m tests.fuzz.with_atheris TARGET crash-…` runs it again.
"""

import sys

import atheris

with atheris.instrument_imports(include=["ingest"]):
    from tests.fuzz.targets import TARGETS


def main(arguments: list[str]) -> None:
    """Fuzz the target that the first argument names."""
    if len(arguments) < 2 or arguments[1] not in TARGETS:
        sys.exit(f"name a target: {', '.join(TARGETS)}")
    atheris.Setup([arguments[0], *arguments[2:]], TARGETS[arguments[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
