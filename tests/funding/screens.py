"""What the tests of the supplier's screens start from: a supplier on a day, files, deposits."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.models import Deposit
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment

MDV, RIS, DB = "SONS-MDV-LGC-Va2", "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"
WRONG_SIREN = "123456789"


def requests_of(scheme: str, count: int, *, ko: Sequence[int] = ()) -> list[Any]:
    """Requests numbered from 1; those of the ranks `ko` have a wrong identifier."""
    requests = [a_request(scheme, number=number) for number in range(1, count + 1)]
    for rank in ko:
        requests[rank - 1]["clients"][0]["siren"] = WRONG_SIREN
    return requests


def prepare(supplier: Supplier, scheme: str, requests: Sequence[Any], state: str = "final") -> None:
    """Enrol the supplier, and make everything these requests name eligible."""
    an_enrolment(supplier, requests[0], scheme, state)
    a_base(scheme, [one for one in requests if isinstance(one, dict)])


def received(supplier: Supplier, user: User, content: bytes, name: str | None = None) -> Deposit:
    """A deposit received and waiting."""
    return receive_deposit(
        supplier=supplier, user=user, content=BytesIO(content), name=name or a_filename(MDV)
    )


def treated(
    supplier: Supplier, user: User, requests: Sequence[Any], scheme: str = MDV, number: int = 1
) -> Deposit:
    """A deposit of these requests, treated to its end."""
    content = a_file(scheme, requests=requests, siret=supplier.siret)
    name = a_filename(scheme, number=number, siret=supplier.siret)
    deposit = received(supplier, user, content, name)
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


def uploaded(content: bytes, name: str | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name or a_filename(MDV), content, "application/json")


def body(response: Any) -> bytes:
    """The whole content of a download; reading a stream to its end closes it."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
