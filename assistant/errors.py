"""What can go wrong that a person can mend: `str(error)` is one line that says what to do next."""


class AssistantError(Exception):
    """An expected failure. Its text names the bad value and the next step; front doors print it and exit 2."""


class SettingsError(AssistantError):
    """A setting has a value that cannot be used."""


class LibraryError(AssistantError):
    """The library is missing, empty, unwritable, locked, or made in another way than now asked for."""


class StorageError(AssistantError):
    """Something of a reader's own (a conversation, feedback) cannot be written or removed."""


class EmbedderError(AssistantError):
    """The embedding model cannot be loaded, or its weights are not the expected ones."""


class DocumentError(AssistantError):
    """One source file cannot be read; the text is the reason, for the ingest report."""


class UnknownDocumentError(AssistantError):
    """A document id that the library does not hold."""


class DataFileError(AssistantError):
    """A data file of ours (prompt, message, weight, case, manifest) is malformed; the text names file and key."""
