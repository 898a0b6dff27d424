"""Who may add and remove documents, read what readers said and decide on draft cases."""

import streamlit as st

from assistant.pages.access import sign_in_configured
from assistant.settings import Settings


def is_staff(settings: Settings) -> bool:
    """The one user of a machine without sign-in; where people sign in, those whose e-mail address the operator set:
    nobody where none is set, and nobody whose provider says that the address was never verified.
    """
    if not sign_in_configured():
        return True
    claims = st.user.to_dict()
    email = str(claims.get("email") or "").strip().casefold()
    known = bool(email) and email in {part.strip().casefold() for part in settings.staff.split(",")}
    return known and claims.get("email_verified", True) in (True, "true")
