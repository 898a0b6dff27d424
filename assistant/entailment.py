"""Entailment by an NLI cross-encoder, where one is set. A room that imports sentence-transformers."""

from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import SettingsError
from assistant.verification import Entailment

ENTAILS, CONTRADICTS = "entail", "contradict"  # how model cards begin the names of these two classes


def load_entailment(name: str) -> Entailment:
    """(source, claim) -> (P(entails), P(contradicts)) by a cross-encoder, given by name or path.

    Raises:
        SettingsError: it cannot be loaded, or does not say which of its classes entails and which contradicts.
    """
    from sentence_transformers import CrossEncoder

    local = Path(name).expanduser().exists()
    try:
        model: Any = CrossEncoder(str(Path(name).expanduser()) if local else name, local_files_only=local)
    except Exception as error:  # the library raises many kinds; each means the same to the operator
        raise SettingsError(
            f"ASSISTANT_NLI_MODEL={name} cannot be loaded ({type(error).__name__}); give the name or folder of a "
            "cross-encoder for entailment, or unset it"
        ) from error
    labels = {int(number): str(label).lower() for number, label in model.model.config.id2label.items()}
    entails = next((n for n, label in labels.items() if label.startswith(ENTAILS)), None)
    contradicts = next((n for n, label in labels.items() if label.startswith(CONTRADICTS)), None)
    if entails is None or contradicts is None:
        raise SettingsError(
            f"ASSISTANT_NLI_MODEL={name} has the classes {', '.join(labels.values())}, not entailment and "
            "contradiction; give an NLI cross-encoder, or unset it"
        )

    def judge(source: str, claim: str) -> tuple[float, float]:
        logits = np.asarray(model.predict([(source, claim)], show_progress_bar=False)[0], dtype=np.float64)
        odds = np.exp(logits - logits.max())
        shares = odds / odds.sum()
        return float(shares[entails]), float(shares[contradicts])

    return judge
