"""Moves the reader's view and focus to what has just appeared. The only scripts of ours in the page: fixed
texts with a selector of ours in them, never with words from documents or questions.

A script runs when its element appears or its `token` changes, and not again while the page is redrawn.
"""

import json

import streamlit as st


def scroll_to(selector: str, token: str) -> None:
    """Bring the last match into view, at the top where the page is long enough."""
    _run(f"[...document.querySelectorAll({json.dumps(selector)})].pop()?.scrollIntoView({{block: 'start'}})", token)


def reveal(selector: str, token: str) -> None:
    """Scroll as little as it takes to see the first match."""
    _run(f"document.querySelector({json.dumps(selector)})?.scrollIntoView({{block: 'nearest'}})", token)


def focus_on(selector: str, token: str) -> None:
    """Move the keyboard's place to the first match."""
    _run(f"document.querySelector({json.dumps(selector)})?.focus({{preventScroll: true}})", token)


def announce_additions(selector: str) -> None:
    """Let a screen reader say politely what is added inside the first match from now on."""
    script = f"document.querySelector({json.dumps(selector)})?.setAttribute('role', 'log')"
    _run(script, "announce")


def close_sidebar_on_phones(token: str) -> None:
    """Where the sidebar covers the page, get it out of the way of what was chosen in it."""
    button = '[data-testid="stSidebarCollapseButton"] button'
    _run(f"innerWidth > 768 || document.querySelector({json.dumps(button)})?.click()", f"sidebar {token}")


def print_on_click(selector: str) -> None:
    """Let a button open the browser's own print dialog, without asking the server."""
    script = f"document.querySelector({json.dumps(selector)})?.addEventListener('click', () => window.print())"
    _run(script, "print")


def _run(script: str, token: str) -> None:
    st.html(
        f'<span class="pa-script"></span><script>/* {json.dumps(token)} */ {script};</script>',
        unsafe_allow_javascript=True,
    )
