"""What an organisation says of itself: the address at which ASP warns it."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from enrolment.actions.members import administrators_of, check_administrator, lock_supplier
from enrolment.models import Supplier, User
from segur_portal.common.actions import write_journal
from segur_portal.common.mails import portal_url, queue_mail
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify


@transaction.atomic
def change_contact(supplier: Supplier, *, actor: User, contact_email: str) -> None:
    """Keep the address that is warned of a change of IBAN; the former one is told of it too.

    Raises NotAdministratorError.
    """
    locked = lock_supplier(supplier.pk)
    check_administrator(locked, actor)
    former, fresh = locked.contact_email, contact_email.strip().lower()
    if fresh == former.lower():
        return
    Supplier.objects.filter(pk=locked.pk).update(contact_email=fresh)
    tell_contact_change(locked, former=former, fresh=fresh, actor=actor)


def tell_contact_change(supplier: Supplier, *, former: str, fresh: str, actor: User) -> None:
    """Write it in the journal; tell both addresses, and those who administer the organisation."""
    note = f"{former or 'aucune'} → {fresh or 'aucune'}"
    data = {"former": former, "fresh": fresh}
    entry = write_journal(
        supplier, "change_contact", actor=actor, note=note, data=data, is_public=False
    )
    body = (
        f"L’adresse de contact de {supplier.name} a changé : {note}. C’est elle que l’ASP prévient "
        "d’un changement d’IBAN. Si votre organisation ne l’a pas demandé, prévenez l’ASP sans "
        "attendre."
    )
    title = "Changement de l’adresse de contact de votre organisation"
    for address in {former, fresh} - {""}:
        queue_mail(
            to=address,
            template="account",
            subject=title,
            key=f"contact-{entry.pk}-{address}",
            context={"body": f"{body}\n\n{portal_url(reverse('contact'))}"},
        )
    notify(
        users=[one for one in administrators_of(supplier) if one.pk != actor.pk],
        kind=NoticeKind.ACCOUNT,
        title=title,
        body=body,
        url=reverse("members"),
        key=f"contact-{entry.pk}",
    )
