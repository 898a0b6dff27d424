"""Who may read what readers said and decide on draft cases."""

import streamlit as st

from assistant.pages.access import sign_in_configured
from assistant.settings import Settings


def is_staff(settings: Settings) -> bool:
    """The one user of a machine without sign-in; where people sign in, those whose e-mail address the operator set."""
    if not sign_in_configured():
        return True
    email = str(st.user.to_dict().get("email") or "").strip().casefold()
    return bool(email) and email in {part.strip().casefold() for part in settings.staff.split(",")}
