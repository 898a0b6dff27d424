"""The server's own process: everything is loaded before the first reader comes. Run by `policy-assistant app`."""

import gc
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

    spare_the_collector()
    cli.main(["run", *sys.argv[1:]], prog_name="policy-assistant app")


def warm_up() -> None:
    """Load the models and look through the library; an empty one is filled when the first reader comes, in sight."""
    messages, assistant = resources.get_messages(), resources.get_assistant()
    if assistant.library.passage_count():
        suggestions = resources.get_holdings(assistant, messages).suggestions
        threading.Thread(target=suggestions.try_ahead, name="suggestions", daemon=True).start()


def spare_the_collector() -> None:
    """Let the garbage collector leave alone what is loaded by now and stays to the end.

    Looking through everything that the models' libraries hold takes 0.3 s, in which nobody's page goes on. Streamlit
    did so after every run of a page until .streamlit/config.toml told it not to; Python does it now and then.
    """
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
