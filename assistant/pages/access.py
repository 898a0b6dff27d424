"""Who may see the app, and under which name their conversations are kept."""

from collections.abc import Mapping

import streamlit as st
from streamlit import runtime

from assistant.app_server import is_loopback
from assistant.history import LOCAL_USER
from assistant.messages import Messages
from assistant.pages.inert import html_text, label_text
from assistant.settings import Settings

_COMMON = {"redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url", "client_kwargs"}


def sign_in_configured() -> bool:
    """Whether an operator has set up OpenID Connect: a section [auth] in .streamlit/secrets.toml."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def current_user() -> str:
    """The name under which this reader's conversations are kept: issuer and subject, or the one local user."""
    if not sign_in_configured():
        return LOCAL_USER
    claims = st.user.to_dict()
    return f"{claims.get('iss', '')}|{claims.get('sub') or claims.get('email', '')}"


def admitted(settings: Settings, messages: Messages) -> bool:
    """Whether this reader may go on; if not, the page says why and what to do."""
    if sign_in_configured():
        if not st.user.get("is_logged_in"):
            _draw_sign_in(messages)
            return False
        return True
    if runtime.exists() and not is_loopback(st.get_option("server.address")) and not settings.allow_open_network:
        st.error(label_text(messages.text("access.closed")))
        return False
    return True


def draw_account(messages: Messages) -> None:
    """In the sidebar: who is signed in, and the way out; or that everybody on the network shares one account."""
    if sign_in_configured():
        claims = st.user.to_dict()
        name = str(claims.get("name") or claims.get("email") or claims.get("sub", ""))
        st.caption(label_text(messages.text("access.signed_in", name=name)))
        st.button(messages.text("access.sign_out"), key="sign_out", on_click=st.logout)
    elif runtime.exists() and not is_loopback(st.get_option("server.address")):
        st.caption(label_text(messages.text("access.open")))


def _draw_sign_in(messages: Messages) -> None:
    with st.container(key="starting"):
        st.html(
            f"<h1>{html_text(messages.text('app.name'))}</h1><p>{html_text(messages.text('access.please_sign_in'))}</p>"
        )
        auth = st.secrets["auth"]
        named = [key for key in auth if key not in _COMMON and isinstance(auth[key], Mapping)]
        for provider in named or [None]:
            label = messages.text("access.sign_in_with", name=provider) if provider else messages.text("access.sign_in")
            st.button(label_text(label), key=f"sign_in-{provider}", type="primary", on_click=st.login, args=(provider,))
