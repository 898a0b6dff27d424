"""The ledger of a question: what its calls to a model may take, and what becomes of a model that is out of service."""

import pytest

from assistant.faults import Fault, ModelFaultError
from assistant.writer import Ledger


def test_only_the_calls_themselves_use_up_the_allowance() -> None:
    ledger = Ledger(allowance=5.0)
    assert ledger.left() == 5.0
    ledger.seconds += 4.0
    assert ledger.left() == 1.0


def test_once_the_allowance_is_used_up_the_model_is_not_asked() -> None:
    ledger = Ledger(allowance=5.0, seconds=5.0)
    with pytest.raises(ModelFaultError) as raised:
        ledger.left()
    assert raised.value.fault is Fault.TIMEOUT


def test_a_model_found_out_of_service_is_not_asked_again() -> None:
    with pytest.raises(ModelFaultError) as raised:
        Ledger(allowance=5.0, fault=Fault.UNREACHABLE).left()
    assert raised.value.fault is Fault.UNREACHABLE
