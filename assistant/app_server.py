"""Start the Streamlit server for app.py with settings that keep everything on this machine."""

import ipaddress
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from assistant.errors import SettingsError
from assistant.settings import PROJECT_DIR, Settings


def run_app(settings: Settings, *, browser: bool) -> int:
    """Run the app until it is stopped; its exit code.

    Raises:
        SettingsError: app.py is not where it should be; the app would be open to a network that nobody meant it for.
    """
    script = PROJECT_DIR / "app.py"
    if not script.exists():
        raise SettingsError(f"{script} is missing; install the project from its own folder: pip install -e .")
    if not (is_loopback(settings.host) or settings.allow_open_network or sign_in_is_set()):
        raise SettingsError(
            f"ASSISTANT_HOST={settings.host!r} lets other machines in, and nobody has to sign in: set up sign-in "
            "(README, section Sign-in), or set ASSISTANT_ALLOW_OPEN_NETWORK=true if all who can reach this machine may "
            "read and delete the same conversations."
        )
    command = [
        sys.executable,
        "-m",
        "assistant.pages.serving",
        str(script),
        f"--server.address={settings.host}",
        f"--server.port={settings.port}",
        f"--server.headless={'false' if browser else 'true'}",
        "--browser.gatherUsageStats=false",
    ]
    try:
        return subprocess.run(command, env=server_environment(), cwd=PROJECT_DIR, check=False).returncode
    except KeyboardInterrupt:
        return 0


def server_environment() -> dict[str, str]:
    """The environment of the server's process: no telemetry, and one thread for each product of matrices.

    Those of a question are small: more threads wait for each other longer than they work, and where ten ask at once
    they took two thirds of the processor's time. It has to be set before numpy is imported.
    """
    return {
        "OPENBLAS_NUM_THREADS": "1",
        **os.environ,
        "ANONYMIZED_TELEMETRY": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach a server that listens there. No address means every network."""
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def sign_in_is_set() -> bool:
    """Whether Streamlit will find a section [auth] in its secrets, in this project or in the home folder."""
    for folder in (PROJECT_DIR, Path.home()):
        try:
            if "auth" in tomllib.loads((folder / ".streamlit" / "secrets.toml").read_text(encoding="utf-8")):
                return True
        except (OSError, tomllib.TOMLDecodeError):
            continue
    return False
