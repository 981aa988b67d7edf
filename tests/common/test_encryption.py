"""Secrets at rest: unreadable without the key, tied to their place, readable across a rotation."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from segur_portal.common.encryption import (
    DecryptionError,
    blind_index,
    decrypt,
    encrypt,
    uses_current_key,
)

IBAN = "FR7630006000011234567890189"
HERE, ELSEWHERE = "enrolment.bankdetails:1:iban", "enrolment.bankdetails:2:iban"
NEW, FORMER = f"2027:{'0b' * 32}", f"2026:{'0a' * 32}"


@given(st.text())
def test_what_is_encrypted_is_read_back(text: str) -> None:
    """Any text, in its own place."""
    assert decrypt(encrypt(text, context=HERE), context=HERE) == text


def test_the_text_is_not_in_the_ciphertext_and_never_twice_the_same() -> None:
    """Two rows with the same IBAN do not look alike."""
    first, second = encrypt(IBAN, context=HERE), encrypt(IBAN, context=HERE)
    assert IBAN not in first
    assert first != second


def test_a_ciphertext_moved_to_another_row_is_refused() -> None:
    """Nobody puts another's IBAN in place by copying a cell."""
    with pytest.raises(DecryptionError):
        decrypt(encrypt(IBAN, context=HERE), context=ELSEWHERE)


def test_an_altered_ciphertext_is_refused() -> None:
    """One character changed is enough."""
    sealed = encrypt(IBAN, context=HERE)
    altered = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(DecryptionError):
        decrypt(altered, context=HERE)


def test_a_former_key_still_reads_and_no_longer_writes(settings: Settings) -> None:
    """A new key first, the former one after it, until everything is written again."""
    settings.ENCRYPTION_KEYS = FORMER
    old = encrypt(IBAN, context=HERE)
    settings.ENCRYPTION_KEYS = f"{NEW},{FORMER}"
    assert decrypt(old, context=HERE) == IBAN
    assert not uses_current_key(old)
    assert uses_current_key(encrypt(IBAN, context=HERE))
    settings.ENCRYPTION_KEYS = NEW
    with pytest.raises(DecryptionError):
        decrypt(old, context=HERE)


def test_the_blind_index_finds_equals_only(settings: Settings) -> None:
    """The same text gives the same index, under one key; the text is not in it."""
    assert blind_index(IBAN) == blind_index(IBAN)
    assert blind_index(IBAN) != blind_index(IBAN[:-1] + "0")
    before = blind_index(IBAN)
    settings.BLIND_INDEX_KEY = "another"
    assert blind_index(IBAN) != before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "index"),
    [("", "x" * 40), (f"development:{'d0' * 32}", "x" * 40), (NEW, ""), (NEW, "short")],
)
def test_production_refuses_to_start_without_real_keys(keys: str, index: str) -> None:
    """No default, no development key, no short index key."""
    environment = {
        "SECRET_KEY": "0123456789" * 6,
        "DATABASE_URL": "postgresql://nowhere/none",
        "REDIS_URL": "redis://nowhere",
        "ALLOWED_HOSTS": "portail.example.fr",
        "ENCRYPTION_KEYS": keys,
        "BLIND_INDEX_KEY": index,
    }
    run = subprocess.run(
        [sys.executable, "-c", "import segur_portal.settings.production"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "ImproperlyConfigured" in run.stderr
