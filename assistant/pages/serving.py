"""The server's own process: everything is loaded before the first reader comes. Run by `policy-assistant app`."""

import sys
import threading
from contextlib import suppress

from assistant.errors import AssistantError
from assistant.pages import resources


def main() -> None:
    """Load what all readers share, then serve; the arguments are those of `streamlit run`."""
    with suppress(AssistantError):  # said on the page, where a reader sees it
        warm_up()
    from streamlit.web import cli

    cli.main(["run", *sys.argv[1:]], prog_name="policy-assistant app")


def warm_up() -> None:
    """Load the models and look through the library; an empty one is filled when the first reader comes, in sight."""
    messages, assistant = resources.get_messages(), resources.get_assistant()
    if assistant.library.passage_count():
        suggestions = resources.get_holdings(assistant, messages).suggestions
        threading.Thread(target=suggestions.try_ahead, name="suggestions", daemon=True).start()


if __name__ == "__main__":
    main()
