"""Issuing: once by kind, subject and version; rendered once; forgotten ones are swept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app

from funding import tasks
from segur_portal.common import clock, issuing
from segur_portal.common.actions import read_file
from segur_portal.common.issuing import issue_document, next_version, render_document
from segur_portal.common.models import IssuedDocument
from segur_portal.common.models.issued import CODE_SIGNS, MAX_ATTEMPTS
from tests.builders import SIRET
from tests.factories import a_supplier

pytestmark = pytest.mark.django_db
Kind = IssuedDocument.Kind


@pytest.fixture
def sent(monkeypatch: Any) -> list[int]:
    """The documents that workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: told.append(args[0]))
    return told


def issued(**changes: Any) -> IssuedDocument:
    return issue_document(
        **{"kind": Kind.REFUSAL, "subject": ("funding.FundingRequest", "1"), **changes}
    )


def test_a_document_is_issued_once(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    """A second call gives back the first document, its reference, code and data unchanged."""
    with django_capture_on_commit_callbacks(execute=True):
        first = issued(data={"reason": "Signature absente"})
        again = issued(data={"reason": "Autre"})
    assert again.pk == first.pk
    assert again.data == {"reason": "Signature absente"}
    assert sent == [first.pk]


def test_reference_and_code() -> None:
    """A dated reference, and a code that nobody guesses, printed in groups."""
    one, other = issued(), issued(version=2)
    today = f"{clock.today():%Y%m%d}"
    assert re.fullmatch(rf"DEC-{today}-\d{{6,}}", one.reference)
    assert re.fullmatch(rf"[{CODE_SIGNS}]{{16}}", one.code)
    assert one.written_code.replace("-", "") == one.code
    assert {one.reference, one.code}.isdisjoint({other.reference, other.code})


def test_versions_follow_each_other() -> None:
    """Several corrections may be asked about one request."""
    supplier = a_supplier(SIRET)
    assert next_version(Kind.CORRECTION, supplier) == 1
    issue_document(kind=Kind.CORRECTION, subject=supplier)
    assert next_version(Kind.CORRECTION, supplier) == 2
    assert next_version(Kind.REFUSAL, supplier) == 1


def test_rendered_once_and_kept() -> None:
    """The file is stored with its checksum, and never drawn again."""
    document = issued()
    drawn: list[str] = []

    def draw(one: IssuedDocument) -> bytes:
        drawn.append(one.reference)
        return b"%PDF-1.7"

    assert render_document(document.pk, draw)
    assert not render_document(document.pk, draw)
    document.refresh_from_db()
    assert drawn == [document.reference]
    assert document.file is not None
    assert read_file(document.file) == b"%PDF-1.7"
    assert document.file.name == f"{document.reference}.pdf"


def test_a_page_that_fails_is_given_up_after_a_few_tries(caplog: Any) -> None:
    """Tried again a few times, then visible to the officers, who may relaunch it."""
    document = issued()

    def fail(one: IssuedDocument) -> bytes:
        raise ValueError("no page")

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ValueError, match="no page"):
            render_document(document.pk, fail)
    assert not render_document(document.pk, fail)
    assert f"{document.reference} was given up" in caplog.text
    issuing.retry_document(document)
    assert render_document(document.pk, lambda one: b"%PDF-")


def test_the_sweeper_wakes_workers_for_forgotten_documents(sent: list[int]) -> None:
    """Those that wait for long, not those just issued nor those given up."""
    old, recent, given_up = issued(), issued(version=2), issued(version=3)
    long_ago = clock.now() - timedelta(minutes=5)
    IssuedDocument.objects.filter(pk__in=[old.pk, given_up.pk]).update(issued_at=long_ago)
    IssuedDocument.objects.filter(pk=given_up.pk).update(attempts=MAX_ATTEMPTS)
    tasks.render_waiting()
    assert sent == [old.pk]
    assert recent.file is None


def test_a_broker_that_is_down_loses_nothing(
    monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The deed succeeds; the row waits."""

    def refuse(name: str, args: list[int]) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        document = issued()
    assert IssuedDocument.objects.waiting().get() == document
