"""The core: a question in, an Answer out. Imports neither `ingest` nor `evals`, and no user interface."""
