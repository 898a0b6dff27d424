"""Moves a reader on the Documents page: every place has an address, and the browser's Back leads to the one before."""

import streamlit as st

from assistant.pages.address import Address


def here() -> Address:
    """Where the reader stands."""
    return Address.read(st.query_params.to_dict())


def go(address: Address) -> None:
    """Go to an address; for the callback of a button."""
    st.query_params.from_dict(address.params())
