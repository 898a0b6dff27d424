"""The only place where adapters meet."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant import answerability, conversation, extractive, lexicon, logs, question, retrieval, verification_rules
from assistant.answering import Assistant, Rules
from assistant.chat_model import LangChainModel
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.entailment import load_entailment
from assistant.joint_reading import SentenceReader
from assistant.library import LIBRARY_FILE, Library
from assistant.messages import load_messages
from assistant.prompting import Prompt, Role, load_prompts
from assistant.settings import Settings
from assistant.verification import Judges
from assistant.writer import Writer, WriterOptions


def library_path(settings: Settings) -> Path:
    """The library's file."""
    return settings.data_dir / LIBRARY_FILE


def index_folder(settings: Settings) -> Path:
    """The folder of the vector index's generations."""
    return settings.data_dir / "index"


def build_embedder(settings: Settings) -> Embedder:
    """The embedding model that is set.

    Raises:
        EmbedderError: it cannot be loaded.
    """
    return SentenceTransformerEmbedder.load(settings.embedding_model)


def build_reader(settings: Settings) -> SentenceReader:
    """The joint reader.

    Raises:
        DataFileError: its weights cannot be read.
        EmbedderError: the embedded model, whose lower layers it needs, is not installed.
    """
    from assistant.joint_reader import JointReader

    return JointReader.load(settings.prompts_dir)


def build_judges(settings: Settings) -> Judges:
    """The networks that have a word in the check of statements. Where no chat model is set, statements come only with
    an evaluation: the role reader is then loaded for the first of them, and no other.

    Raises:
        DataFileError: the role reader's weights cannot be read.
        EmbedderError: the embedded model, whose layers it needs, is not installed.
        SettingsError: the entailment model that is set cannot be used.
    """
    from assistant.role_reader import RoleReader

    if settings.chat_model:
        entailment = load_entailment(settings.nli_model) if settings.nli_model else None
        return Judges(entailment, RoleReader.load(settings.prompts_dir).exchanged)
    reader = cache(lambda: RoleReader.load(settings.prompts_dir))
    return Judges(exchanged=lambda claim, source: reader().exchanged(claim, source))


def read_rules(settings: Settings) -> Rules:
    """All data that steers answering.

    Raises:
        DataFileError: a file is missing or malformed.
    """
    folder = settings.prompts_dir
    questions = question.read_rules(folder)
    return Rules(
        question=questions,
        follow_up=conversation.read_rules(folder),
        retrieval=retrieval.read_weights(folder, settings.retrieval_profile),
        extractive=extractive.read_rules(folder),
        answerability=answerability.read_rules(folder),
        variants=lexicon.read_variants(folder),
        subjects=lexicon.read_subjects(folder),
        messages=load_messages(folder),
        verification=verification_rules.read_rules(folder, questions.stopwords),
    )


def build_writer(settings: Settings) -> Writer | None:
    """The chat model that is set with its prompts; None where none is, and answers are quotations.

    Raises:
        AssistantError: the model's name, package or key, or a prompt, cannot be used.
    """
    if not settings.chat_model:
        return None
    prompts, options = build_prompts(settings)
    return Writer(LangChainModel.connect(settings), prompts, options)


def build_prompts(settings: Settings) -> tuple[Mapping[Role, Prompt], WriterOptions]:
    """What a chat model is told, and what an operator sets about it.

    Raises:
        DataFileError: a prompt is missing or malformed.
    """
    options = WriterOptions(
        seconds=settings.chat_seconds,
        context_tokens=settings.chat_context_tokens,
        price_in=settings.chat_price_in,
        price_out=settings.chat_price_out,
        flag_unsupported=settings.unsupported == "flag",
        rewrite=settings.chat_rewrite,
        expand=settings.chat_expand,
        second_look=settings.chat_check,
    )
    return load_prompts(settings.prompts_dir), options


def build_assistant(settings: Settings, *, embedder: Embedder | None = None) -> Assistant:
    """An assistant over the library that is set; `embedder` saves loading the model again.

    Raises:
        AssistantError: a setting, a data file, the model or the library cannot be used.
    """
    logs.set_up(settings.log_level, questions=settings.log_questions)
    writer = build_writer(settings)
    embedder = embedder or build_embedder(settings)
    library = Library.open(library_path(settings), identity=embedder.identity)
    rules = read_rules(settings)
    reader = build_reader(settings) if rules.retrieval.joint_reading else None
    return Assistant(library, embedder, index_folder(settings), rules, writer, build_judges(settings), reader)
