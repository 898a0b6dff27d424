"""An NLI cross-encoder by setting, here a tiny one of random weights made in the test."""

from pathlib import Path

import pytest

from assistant.entailment import load_entailment
from assistant.errors import SettingsError


def make(folder: Path, labels: list[str]) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "panel", "had", "members"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        num_labels=len(labels), id2label=dict(enumerate(labels)), label2id={n: i for i, n in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_the_classes_are_found_by_their_names_and_give_probabilities(tmp_path: Path) -> None:
    judge = load_entailment(str(make(tmp_path, ["contradiction", "entailment", "neutral"])))
    entails, contradicts = judge("the panel had members", "the panel had members")
    assert 0 < entails < 1
    assert 0 < contradicts < 1
    assert entails + contradicts < 1


def test_a_model_for_something_else_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="positive, negative, neutral"):
        load_entailment(str(make(tmp_path, ["positive", "negative", "neutral"])))


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_NLI_MODEL"):
        load_entailment(str(tmp_path))
