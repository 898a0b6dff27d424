"""Start the Streamlit server for app.py with settings that keep everything on this machine."""

import os
import subprocess
import sys

from assistant.errors import SettingsError
from assistant.settings import PROJECT_DIR, Settings


def run_app(settings: Settings, *, browser: bool) -> int:
    """Run the app until it is stopped; its exit code.

    Raises:
        SettingsError: app.py is not where it should be.
    """
    script = PROJECT_DIR / "app.py"
    if not script.exists():
        raise SettingsError(f"{script} is missing; install the project from its own folder: pip install -e .")
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        f"--server.address={settings.host}",
        f"--server.port={settings.port}",
        f"--server.headless={'false' if browser else 'true'}",
        "--browser.gatherUsageStats=false",
    ]
    try:
        return subprocess.run(command, env=environment, cwd=PROJECT_DIR, check=False).returncode
    except KeyboardInterrupt:
        return 0
