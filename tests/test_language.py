"""The language of a document is found offline, marked, and warned of where the default model does not know it."""

from pathlib import Path

import pytest

from assistant.domain import Document, DocumentMetadata
from ingest.loading import load_document
from ingest.manifest import Manifest

TEXTS = {
    "en": "The Security Council decided to remain actively seized of the matter and asked for a report.",
    "fr": "Le Conseil de sécurité décide de demeurer activement saisi de la question et demande un rapport.",
    "es": "El Consejo de Seguridad decide seguir ocupándose activamente de la cuestión y pide un informe.",
    "ru": "Совет Безопасности постановляет продолжать активно заниматься этим вопросом и просит доклад.",
    "zh": "安全理事会决定继续积极处理此案，并请秘书长提交报告。安全理事会欢迎秘书长的报告。",
    "ar": "يقرر مجلس الأمن أن يبقي المسألة قيد نظره الفعلي ويطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.",
    "de": "Der Sicherheitsrat beschließt, mit der Angelegenheit aktiv befasst zu bleiben, und bittet um Bericht.",
}


def load(folder: Path, text: str, metadata: DocumentMetadata | None = None) -> Document:
    path = folder / "report.md"
    path.write_text(text, encoding="utf-8")
    return load_document(path, metadata or Manifest().metadata_for(path, folder))


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_recognised_and_any_but_english_is_warned_of(tmp_path: Path, language: str) -> None:
    document = load(tmp_path, f"# Report\n\n{TEXTS[language]}\n")

    assert document.metadata.language == language
    assert [f"language {language}: " in warning for warning in document.warnings] == [True] * (language != "en")


def test_the_warning_names_the_setting_that_helps(tmp_path: Path) -> None:
    assert "ASSISTANT_EMBEDDING_MODEL" in load(tmp_path, TEXTS["fr"]).warnings[0]


def test_a_quotation_in_another_language_does_not_decide(tmp_path: Path) -> None:
    text = "\n\n".join([TEXTS["en"], TEXTS["fr"], TEXTS["en"], TEXTS["en"]])

    assert load(tmp_path, text).metadata.language == "en"


@pytest.mark.parametrize("text", ["Genève.", "12 | 13 | 14", "A/70/95–S/2015/446"])
def test_of_too_little_text_nothing_is_said(tmp_path: Path, text: str) -> None:
    document = load(tmp_path, text)

    assert (document.metadata.language, document.warnings) == ("en", ())


def test_what_the_manifest_says_stays(tmp_path: Path) -> None:
    given = DocumentMetadata("report", "A given title", "report.md", "0" * 64, language="en")

    assert load(tmp_path, TEXTS["fr"], given).metadata.language == "en"
