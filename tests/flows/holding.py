"""What the stories of DRIMbox holds share: two suppliers, requests that name the same clients."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import FundingRequest
from segur_portal.common.identifiers import make_siret
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment

RIS, DB = "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"
RIVAL = make_siret(41)


def deposited(user: User, scheme: str, *numbers: int, known: int = 0) -> list[FundingRequest]:
    """Requests deposited and integrated; those of one number name the same client. The base knows
    their clients, and that of `known`."""
    supplier = user.memberships.get().supplier
    requests: list[Any] = [a_request(scheme, number=number) for number in numbers]
    an_enrolment(supplier, requests[0], scheme)
    a_base(scheme, [*requests, *([a_request(scheme, number=known)] if known else [])])
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(scheme, requests=requests, siret=supplier.siret)),
        name=a_filename(scheme, siret=supplier.siret),
    )
    assert process_deposit(deposit.pk)
    return list(FundingRequest.objects.filter(deposit=deposit).order_by("position"))


def state_of(request: FundingRequest) -> str:
    """The state of a request, as it is now."""
    request.refresh_from_db()
    return request.state
