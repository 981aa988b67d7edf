"""Bank details: typed once and checked, then accepted; changed by two persons, after a delay."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import schwifty
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from enrolment.actions.content import text_of
from enrolment.actions.reviews import tell_bank_decision
from enrolment.models import BankDetails, Supplier, SupportingDocument, User
from enrolment.models.bank import IBAN_CONTEXT
from enrolment.rules.documents import DocumentKind
from enrolment.workflow import BANK
from segur_portal.common import clock
from segur_portal.common.actions import move, read_file, write_journal
from segur_portal.common.encryption import blind_index, encrypt, uses_current_key
from segur_portal.common.enums import ParameterCode
from segur_portal.common.mails import portal_url, queue_mail
from segur_portal.common.models import JournalEntry, Parameter, Reason
from segur_portal.common.workflow import ForbiddenMoveError


def clean_iban(text: str) -> str:
    """The IBAN without blanks. Raises ValidationError, in French, when a key of it is wrong."""
    try:
        iban = schwifty.IBAN(text, validate_bban=True)
    except schwifty.exceptions.SchwiftyException as error:
        raise ValidationError(
            "Cet IBAN n’est pas valide : recopiez-le du RIB, clés comprises."
        ) from error
    if not iban.in_sepa_zone:
        raise ValidationError("Cet IBAN n’est pas d’un pays de la zone SEPA.")
    return str(iban.compact)


def clean_bic(text: str, iban: str) -> str:
    """The BIC in capitals. Raises ValidationError: malformed, or of another country."""
    try:
        bic = schwifty.BIC(text)
    except schwifty.exceptions.SchwiftyException as error:
        raise ValidationError(
            "Ce BIC n’est pas valide : 8 ou 11 caractères, comme sur le RIB."
        ) from error
    if iban and bic.country_code != iban[:2]:
        raise ValidationError("Le BIC et l’IBAN ne sont pas du même pays.")
    return str(bic.compact)


@transaction.atomic
def save_bank_details(
    supplier: Supplier, *, holder: str, iban: str, bic: str, actor: User
) -> BankDetails:
    """Keep the bank details typed by a supplier; those under way are withdrawn.

    The same ones again change nothing; those in force, typed again, only cancel the change under
    way. Raises ValidationError for a wrong IBAN or BIC.
    """
    Supplier.objects.select_for_update().get(pk=supplier.pk)
    iban = clean_iban(iban)
    bic, holder = clean_bic(bic, iban), holder.strip()
    rows = BankDetails.objects.of(supplier)
    under_way: BankDetails | None = rows.under_way().first()
    in_force = _last_accepted(supplier)
    is_sent = under_way is not None and under_way.state != "to_correct"
    if under_way is not None and is_sent and _is_same(under_way, holder, iban, bic):
        return under_way
    if in_force is not None and _is_same(in_force, holder, iban, bic):
        if under_way is not None:
            _cancel(under_way, actor)
        return in_force
    if under_way is not None:
        _withdraw(under_way, "withdraw", actor)
    key = uuid.uuid4()
    details = BankDetails.objects.create(
        key=key,
        supplier=supplier,
        holder=holder,
        iban_encrypted=encrypt(iban, context=IBAN_CONTEXT.format(key=key)),
        iban_index=blind_index(iban),
        iban_end=iban[-4:],
        bic=bic,
        replaces=in_force,
        typed_by=actor,
        typed_at=clock.now(),
    )
    write_journal(details, "type", actor=actor, note=details.masked)
    return details


@transaction.atomic
def cancel_bank_change(supplier: Supplier, *, actor: User) -> BankDetails:
    """Give up the change under way: the details in force stay. Returns what was given up.

    Raises ForbiddenMoveError when no change is under way: one that is confirmed is not any more.
    """
    Supplier.objects.select_for_update().get(pk=supplier.pk)
    under_way: BankDetails | None = BankDetails.objects.of(supplier).under_way().first()
    if under_way is None or under_way.replaces_id is None:
        raise ForbiddenMoveError("Aucun changement de coordonnées bancaires n’est en cours.")
    _cancel(under_way, actor)
    return under_way


def _withdraw(details: BankDetails, name: str, actor: User) -> None:
    """Close details under way, by one of the supplier's moves."""
    move(details, name, workflow=BANK, role="supplier", actor=actor, reason=None, message="")


def _cancel(details: BankDetails, actor: User) -> None:
    """Give a change up, and tell those who may have been told of it."""
    _withdraw(details, "cancel", actor)
    tell_bank_decision(details, "cancel")
    _warn_contact(details, "cancel")


def _last_accepted(supplier: Supplier) -> BankDetails | None:
    rows = BankDetails.objects.of(supplier).filter(state="accepted")
    found: BankDetails | None = rows.order_by("-effective_on", "-pk").first()
    return found


def _is_same(details: BankDetails, holder: str, iban: str, bic: str) -> bool:
    same_iban = details.iban_index == blind_index(iban)
    return same_iban and (details.holder, details.bic) == (holder, bic)


@transaction.atomic
def decide_bank_details(
    details: BankDetails,
    name: str,
    *,
    actor: User,
    reason: Reason | None = None,
    message: str = "",
) -> None:
    """Accept first bank details; approve, then confirm by a second person, a change; send back.

    A change may be used after a delay (parameter), of which the supplier is told; until then an
    officer stops it alone when somebody objects. Raises ForbiddenMoveError, in French.
    """
    rows = BankDetails.objects.select_for_update(of=("self",)).select_related("supplier")
    details = rows.get(pk=details.pk)
    is_change = details.replaces_id is not None
    today = clock.today()
    changes: dict[str, Any] = {}
    if name in ("send_back", "stop") and (reason is None or not message.strip()):
        raise ForbiddenMoveError("Cette décision demande un motif et une explication.")
    if name == "send_back":
        changes = {"reason": reason, "message": message.strip()}
    elif name == "stop":
        if not may_be_stopped(details):
            raise ForbiddenMoveError("Seul un changement qui n’a pas encore pris effet s’arrête.")
    elif name == "accept":
        if is_change:
            raise ForbiddenMoveError("Un changement d’IBAN demande deux agents : approuvez-le.")
        changes = {"approved_by": actor, "effective_on": today}
    elif name == "approve":
        if not is_change:
            raise ForbiddenMoveError("Ces coordonnées n’en remplacent aucune : acceptez-les.")
        changes = {"approved_by": actor}
    elif name == "confirm":
        if details.approved_by_id == actor.pk:
            raise ForbiddenMoveError("Un second agent doit confirmer ce changement.")
        delay = int(Parameter.objects.number(ParameterCode.BANK_CHANGE_DELAY_DAYS))
        changes = {"confirmed_by": actor, "effective_on": today + timedelta(days=delay)}
    move(
        details,
        name,
        workflow=BANK,
        role="officer",
        actor=actor,
        reason_code=reason.code if name in ("send_back", "stop") and reason else "",
        note=message.strip(),
        **changes,
    )
    why = f"{reason} – {message.strip()}" if reason is not None else ""
    tell_bank_decision(details, name, why=why)
    if name in ("approve", "confirm", "stop"):
        _warn_contact(details, name)


def may_be_stopped(details: BankDetails) -> bool:
    """Whether these are a change that is confirmed and that no payment may use yet."""
    return (
        details.state == "accepted"
        and details.replaces_id is not None
        and details.effective_on is not None
        and clock.today() < details.effective_on
    )


def _warn_contact(details: BankDetails, name: str) -> None:
    """Tell the contact recorded of the change, and where to object; those that were replaced since
    the details in force were typed too: changing the contact first silences nobody."""
    for rank, address in enumerate(_contacts_of(details)):
        queue_mail(
            to=address,
            template="bank_change",
            subject="Changement des coordonnées bancaires de votre organisation",
            key=f"bank-{details.pk}-{name}{f'-{rank}' if rank else ''}",
            context={
                "details": details,
                "is_confirmed": name == "confirm",
                "is_cancelled": name == "cancel",
                "is_stopped": name == "stop",
                "url": portal_url(reverse("contact")),
            },
        )


def _contacts_of(details: BankDetails) -> list[str]:
    """The contact of the supplier, then the former ones, each once."""
    supplier, former = details.supplier, details.replaces
    changes = JournalEntry.objects.filter(
        subject=Supplier._meta.label, subject_id=str(supplier.pk), verb="change_contact"
    )
    if former is not None:
        changes = changes.filter(at__gte=former.typed_at)
    replaced = [one.data.get("former", "") for one in changes.order_by("-at", "-pk")]
    return [one for one in dict.fromkeys([supplier.contact_email, *replaced]) if one]


def reveal_iban(details: BankDetails, *, actor: User) -> str:
    """The IBAN in clear, to compare it with the document; that it was read is recorded."""
    write_journal(details, "reveal", actor=actor, is_public=False)
    return details.iban()


def same_iban_elsewhere(details: BankDetails) -> list[Supplier]:
    """The other suppliers that gave this very IBAN."""
    rows = BankDetails.objects.filter(iban_index=details.iban_index)
    others = rows.exclude(supplier=details.supplier_id).values("supplier")
    return list(Supplier.objects.filter(pk__in=others).order_by("name"))


@transaction.atomic
def rotate_keys() -> int:
    """Write again, under the current key, every IBAN that another key wrote. Returns how many."""
    written = 0
    for details in BankDetails.objects.select_for_update().order_by("pk"):
        if uses_current_key(details.iban_encrypted):
            continue
        context = IBAN_CONTEXT.format(key=details.key)
        details.iban_encrypted = encrypt(details.iban(), context=context)
        details.save(update_fields=["iban_encrypted"])
        written += 1
    return written


@dataclass(frozen=True, slots=True)
class Compared:
    """What of the details typed is in the text of the bank statement; None: no text to read."""

    iban: bool | None = None
    bic: bool | None = None
    holder: bool | None = None


def compare_with_statement(details: BankDetails) -> Compared:
    """Look for the IBAN, the BIC and the holder in the last bank statement deposited.

    The holder's words may stand in any order, with or without accents; a BIC of 8 characters is
    that of the head office, which may be written with XXX."""
    rows = SupportingDocument.objects.filter(
        enrolment__supplier=details.supplier_id, kind=DocumentKind.BANK
    )
    document = rows.current().select_related("file").order_by("-deposited_at").first()
    text = text_of(read_file(document.file), document.media_type) if document else ""
    squeezed = "".join(text.split()).upper()
    if not squeezed:
        return Compared()
    words = _words(details.holder)
    return Compared(
        iban=details.iban() in squeezed,
        bic=details.bic.removesuffix("XXX") in squeezed,
        holder=bool(words) and words <= _words(text),
    )


def _words(text: str) -> frozenset[str]:
    """The words of a text, without accents nor case."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in folded if not unicodedata.combining(one))
    return frozenset(re.findall(r"[a-z0-9]+", plain))
