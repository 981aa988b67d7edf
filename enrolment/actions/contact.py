"""Writing to the people who help suppliers."""

from __future__ import annotations

from django.conf import settings

from enrolment.models import Supplier, User
from segur_portal.common.mails import queue_mail
from segur_portal.common.models import OutgoingMail


def ask_support(
    *,
    name: str,
    email: str,
    subject: str,
    text: str,
    reference: str = "",
    user: User | None = None,
    supplier: Supplier | None = None,
) -> OutgoingMail:
    """Queue a question for the support, with who asks and for whom; the row keeps its trace.

    `reference` is the file or deposit it is about, as the person wrote it.
    """
    return queue_mail(
        to=settings.SUPPORT_EMAIL,
        template="contact",
        subject=f"Question : {subject}",
        context={
            "name": name,
            "email": email,
            "text": text,
            "reference": reference,
            "account": user,
            "supplier": supplier,
        },
    )
