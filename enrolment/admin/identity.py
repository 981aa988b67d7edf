"""What the public registers say of a supplier, for its page; repairing its administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enrolment.actions.identity import verify_identity
from enrolment.actions.invitations import invite_member
from enrolment.enums import MemberRole
from enrolment.models import CompanyIdentity, Supplier
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.panels import Panel, table
from segur_portal.common.french import day, paris_day

READ_REGISTER = "read-register"
INVITE = "invite-administrator"


def identity_panel(supplier: Supplier) -> Panel:
    """The register's words beside ours; « non vérifiée » until it answered."""
    identity = CompanyIdentity.objects.filter(supplier=supplier).first() or CompanyIdentity()
    rows = [("Vérification", _status(identity))]
    if identity.is_known:
        rows += [
            ("Raison sociale", _name(identity, supplier)),
            ("Adresse", identity.address or "–"),
            ("Catégorie juridique", identity.legal_form or "–"),
            ("Activité principale", identity.activity or "–"),
            ("Créée le", day(identity.created_on) if identity.created_on else "–"),
            ("En activité", "oui" if identity.is_open else "NON : fermée selon le registre"),
        ]
    if identity.failure:
        rows.append(("Dernier échec", identity.failure))
    return table("Identité au registre (Sirene)", ("Donnée", "Selon le registre"), rows)


def _status(identity: CompanyIdentity) -> str:
    if identity.verified_at is None:
        return "Identité non vérifiée : le registre n’a pas encore répondu"
    on = day(paris_day(identity.verified_at))
    return f"Vérifiée le {on}" if identity.is_known else f"SIRET inconnu du registre (le {on})"


def _name(identity: CompanyIdentity, supplier: Supplier) -> str:
    if identity.name.casefold() == supplier.name.casefold():
        return identity.name
    return f"{identity.name} – différente de celle du portail"


def announcement_panels(supplier: Supplier) -> list[Panel]:
    """The latest notices of BODACC, once they were read."""
    identity = CompanyIdentity.objects.filter(supplier=supplier).first()
    if identity is None or identity.announcements_read_at is None:
        return []
    rows = [
        (
            one["published_on"],
            f"⚠ {one['family']}" if one["is_insolvency"] else one["family"],
            one["court"] or "–",
        )
        for one in identity.announcements
    ]
    return [table("Annonces du BODACC", ("Parution", "Nature", "Tribunal"), rows)]


def read_register_deed(supplier: Supplier) -> Deed:
    """Ask the registers now."""

    def run(data: dict[str, Any]) -> str:
        if not verify_identity(supplier):
            raise ValidationError("Le registre ne répond pas. Il sera interrogé d’office.")
        return "Le registre a répondu : voyez l’identité plus bas."

    return Deed(READ_REGISTER, "Interroger le registre", run, forms.Form)


class AddressForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(label="Adresse électronique")


def invite_deed(supplier: Supplier, officer: Any) -> Deed:
    """Invite the first administrator of an organisation, or another when they are gone."""

    def run(data: dict[str, Any]) -> str:
        invite_member(
            supplier=supplier,
            actor=officer,
            role=MemberRole.LEGAL_REPRESENTATIVE,
            is_administrator=True,
            **data,
        )
        return f"L’invitation part à {data['email']}."

    explanation = (
        "Pour une organisation qui n’a pas d’administrateur, une fois vérifiée l’identité de la "
        "personne. Le lien sert une fois, pendant 7 jours."
    )
    return Deed(INVITE, "Inviter un administrateur", run, AddressForm, explanation)
