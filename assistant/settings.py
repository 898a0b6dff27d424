"""What an operator may set, read once from the environment (prefix ASSISTANT_) and `.env`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

PROJECT_DIR = Path(__file__).resolve().parent.parent
EMBEDDED_MODEL = "all-MiniLM-L6-v2"


class Settings(BaseSettings):
    """One frozen value; `load_settings` is the only place that makes it from the environment."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(PROJECT_DIR / "data", description="Where the library and its index are kept.")
    corpus_dir: Path = Field(PROJECT_DIR / "corpus", description="The folder of documents that the library mirrors.")
    prompts_dir: Path = Field(PROJECT_DIR / "prompts", description="Messages, prompts and weights, as data.")
    embedding_model: str = Field(
        EMBEDDED_MODEL,
        min_length=1,
        description="all-MiniLM-L6-v2 (embedded, offline), or any sentence-transformers model name or path.",
    )
    retrieval_profile: Literal["full", "fast"] = Field(
        "full", description="full: every signal. fast: without late interaction; quicker, a little less exact."
    )
    ingest_seconds: float = Field(120, gt=0, description="The longest time that reading one file may take.")
    ingest_memory_mb: int = Field(1500, ge=200, description="The most memory that reading one file may take.")
    ingest_file_mb: int = Field(100, ge=1, description="The largest file that is read.")
    ingest_pages: int = Field(3000, ge=1, description="The most pages that a document may have.")
    ingest_ocr: str = Field(
        "eng",
        pattern=r"^([A-Za-z_]{3,30}(\+[A-Za-z_]{3,30})*)?$",
        description="The languages in which scanned pages are read, as tesseract names them (eng+fra); empty: unread.",
    )
    show_unsupported: Literal["flagged", "struck"] = Field(
        "flagged", description="How a statement that its sources do not support is shown, where it is shown at all."
    )
    allow_open_network: bool = Field(
        False,
        description="Whether the app may listen beyond this machine although nobody signs in: whoever reaches it is "
        "the same reader, and sees and deletes the same conversations.",
    )
    staff: str = Field(
        "",
        description="Where people sign in: e-mail addresses, apart by commas, of those who may add and remove "
        "documents, read feedback and decide on drafts.",
    )
    chat_model: str = Field(
        "", description="provider:model of a chat model that writes the answers; empty: answers are quotations."
    )
    chat_base_url: str = Field("", description="The server of the chat model, where it is not the provider's own.")
    chat_streaming: bool = Field(True, description="Whether a chat model is asked to send its reply as it writes it.")
    chat_seconds: float = Field(60, gt=0, description="The longest time that a chat model's reply may take.")
    chat_stall_seconds: float = Field(
        15, gt=0, description="The longest silence of a chat model, before its first word and between two."
    )
    chat_retries: int = Field(2, ge=0, le=5, description="How often a busy or failing chat model is asked again.")
    chat_context_tokens: int = Field(6000, ge=1000, description="The most tokens that are sent to a chat model.")
    chat_reply_tokens: int = Field(800, ge=50, description="The most tokens that a chat model may reply with.")
    chat_price_in: float | None = Field(None, ge=0, description="What a million tokens sent cost.")
    chat_price_out: float | None = Field(None, ge=0, description="What a million tokens received cost.")
    chat_rewrite: bool = Field(True, description="Whether a chat model completes follow-up questions.")
    chat_expand: bool = Field(False, description="Whether a chat model suggests more words to search for.")
    chat_check: bool = Field(True, description="Whether a chat model looks again at what it wrote in its own words.")
    unsupported: Literal["drop", "flag"] = Field(
        "drop", description="What becomes of a chat model's statements that the sources do not support."
    )
    nli_model: str = Field("", description="A cross-encoder for entailment (name or path) that checks statements too.")
    judge_model: str = Field("", description="provider:model of the judge of evaluations; empty: the chat model.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is logged to stderr.")
    log_questions: bool = Field(False, description="Whether logs hold the text of questions.")
    host: str = Field("localhost", description="The address that the app listens on.")
    port: int = Field(8501, ge=1, le=65535, description="The port that the app listens on.")

    @field_validator("chat_model", "judge_model")
    @classmethod
    def _named(cls, name: str) -> str:
        provider, _, model = name.strip().partition(":")
        if name.strip() and not (provider and model):
            raise ValueError("write provider:model, as in openai:gpt-4.1-mini or ollama:llama3.2")
        return name.strip()

    @field_validator("data_dir", "corpus_dir", "prompts_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().resolve()


def load_settings(**overrides: object) -> Settings:
    """Read the settings; `overrides` win over the environment.

    Raises:
        SettingsError: a value cannot be used; names the variable, the value and what is expected.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        first = error.errors()[0]
        name = "ASSISTANT_" + str(first["loc"][0]).upper()
        raise SettingsError(
            f"{name}={first['input']!r} cannot be used: {first['msg']}. Set it to a valid value or unset it."
        ) from error
