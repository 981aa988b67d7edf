"""« Historique » reads as a person does: names, labels, French dates and amounts, no secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import BankDetails, Enrolment, Invitation, Specimen, Supplier, User
from enrolment.report.files import STEP_TITLES
from funding.models import FundingRequest
from pilots.models import PilotProof
from segur_portal.common.admin.history import change_rows, history, history_rows
from segur_portal.common.enums import ReasonSubject, SchemeCode
from segur_portal.common.models import Parameter, PriceScale, PriceTier, Reason, Scheme, Window
from tests.admin.conftest import OTHER_SIRET
from tests.factories import A_DAY, a_supplier, a_user


def last_change(row: Any, **words: Any) -> str:
    """The latest line of the history of a row."""
    return str(history(row, **words).content["table"]["rows"][0][2])


@pytest.fixture
def details(staff: dict[str, User]) -> BankDetails:
    return BankDetails.objects.create(
        supplier=a_supplier(OTHER_SIRET, "Éditeur d’essai"),
        holder="Éditeur d’essai",
        iban_encrypted="k1:chiffre",
        iban_index="0" * 64,
        iban_end="0189",
        bic="AGRIFRPP",
        typed_by=staff["officer"],
        typed_at=A_DAY,
    )


def changed(row: Any, **fields: Any) -> str:
    """What the history says once these fields of a row changed."""
    type(row)._base_manager.filter(pk=row.pk).update(**fields)
    return last_change(row)


def test_a_person_and_a_state_are_named(details: BankDetails, staff: dict[str, User]) -> None:
    """Not « vide → 6 », nor « proposed → approved »."""
    approver = staff["programme"]
    said = changed(details, approved_by=approver, state="approved", effective_on=date(2026, 9, 20))
    assert f"approuvé par : vide → {approver}" in said
    assert "utilisable à partir du : vide → 20/09/2026" in said
    assert "proposed" not in said


def test_what_a_change_names_is_read_in_a_few_queries(
    details: BankDetails, staff: dict[str, User]
) -> None:
    """Events, people, bank details, reasons: four queries for one change as for many."""
    before = BankDetails.objects.create(
        supplier=details.supplier,
        holder="Autre",
        iban_encrypted="k1:autre",
        iban_index="1" * 64,
        iban_end="0606",
        bic="AGRIFRPP",
        state="replaced",
        typed_by=staff["officer"],
        typed_at=A_DAY,
    )
    reasons = list(Reason.objects.filter(subject=ReasonSubject.BANK)[:2])

    def turn(person: User, reason: Reason) -> None:
        BankDetails.objects.filter(pk=details.pk).update(
            approved_by=person, reason=reason, replaces=before, state="to_correct", message="Lire"
        )

    def read() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            rows = history(details).content["table"]["rows"]
        return len(queries), "\n".join(row[2] for row in rows)

    turn(staff["officer"], reasons[0])
    once, said = read()
    assert f"remplace : vide → {before}" in said
    for name in ("programme", "officer", "accountant", "ans"):
        for reason in reasons:
            turn(staff[name], reason)
    many, said = read()
    assert f"motif : {reasons[0].label} → {reasons[1].label}" in said
    assert (once, many) == (4, 4)


def test_a_deleted_object_is_said_to_exist_no_longer(staff: dict[str, User]) -> None:
    """Of a person, an object, or the author of a change: never another's name, never a bare key."""
    gone = a_user("parti@asp.fr", "officer", is_staff=True)
    pk = gone.pk
    supplier = a_supplier(OTHER_SIRET)
    enrolment = Enrolment.objects.create(
        supplier=supplier, scheme_id=SchemeCode.RIS, assigned_to=gone
    )
    with pghistory.context(user=pk):
        Enrolment.objects.filter(pk=enrolment.pk).update(assigned_to=staff["officer"])
    gone.delete()
    row = history(enrolment).content["table"]["rows"][0]
    assert f"attribué à : n°\u00a0{pk} (n’existe plus) → {staff['officer']}" in row[2]
    assert row[1] == f"n°\u00a0{pk} (n’existe plus)"


def test_secrets_are_never_shown(details: BankDetails, sign_in: Any) -> None:
    """A change of the cipher, of its blind index, of what a link is made of: said, not shown."""
    said = changed(details, iban_encrypted="k2:rechiffre", iban_index="2" * 64)
    assert said == (
        "IBAN chiffré : changé, jamais montré\u202f; empreinte de l’IBAN : changé, jamais montré"
    )
    pages = [reverse("admin:enrolment_bankdetails_change", args=[details.pk])]
    pages.append(reverse("admin:audit_traces") + "?quoi=enrolment.BankDetails")
    for page in pages:
        text = sign_in("superuser").get(page).content.decode()
        assert "IBAN chiffré : changé" in text
        assert "rechiffre" not in text
        assert "2" * 64 not in text
    assert Invitation.secrets == ("nonce",)


def _window() -> Any:
    return Window.objects.get(scheme=SchemeCode.RIS, kind="advance")


def _parameter() -> Any:
    return Parameter.objects.filter(scheme=None).earliest("pk")


def _scale() -> Any:
    return PriceScale.objects.earliest("pk")


def _enrolment() -> Any:
    return Enrolment.objects.create(
        supplier=a_supplier(OTHER_SIRET), scheme_id=SchemeCode.RIS, state="in_review"
    )


def _specimen() -> Any:
    return Specimen.objects.create(
        supplier=a_supplier(OTHER_SIRET),
        scheme_id=SchemeCode.RIS,
        kind="purchase_order",
        label="Modèle",
    )


@pytest.mark.parametrize(
    ("a_row", "fields", "words"),
    [
        (_window, {"closes_time": time(18, 30)}, "fermeture : heure : 12:00 → 18:30"),
        (_specimen, {"kind": "pilot_report"}, "document : Bon de commande → PV pilote"),
        (_parameter, {"value": Decimal("7.50")}, "→ 7,5"),
        (_scale, {"advance_rate": Decimal("32.5")}, "taux d’avance (%) : 30\u00a0% → 32,5\u00a0%"),
        (_scale, {"is_official": True}, "barème officiel : non → oui"),
        (_enrolment, {"hosts_data": True}, "héberge des données de santé : vide → oui"),
        (_enrolment, {"state": "refused"}, "état : En instruction → Refusé"),
        (
            _enrolment,
            {"state_since": datetime(2026, 9, 1, 10, tzinfo=UTC)},
            "→ 01/09/2026 12:00:00",
        ),
        (
            _enrolment,
            {"known_facts": {"is_vat_subject": True, "legal_representative": ""}},
            "assujetti à la TVA (déclaré) : oui, représentant légal (nom et prénom) : vide",
        ),
        (
            _specimen,
            {"missing": [{"code": "a", "text": "Le SIREN"}, {"code": "b", "text": "La date"}]},
            "mentions absentes : vide → Le SIREN, La date",
        ),
    ],
)
def test_values_are_in_words(
    a_row: Callable[[], Any], fields: dict[str, Any], words: str, staff: dict[str, User]
) -> None:
    """Choices, booleans, dates, hours, rates, numbers, what is kept as JSON."""
    assert words in changed(a_row(), **fields)


def test_amounts_and_lasting_are_in_words(funding_request: FundingRequest) -> None:
    """Euros as French people write them; a wait in days; the officer by name."""
    due = funding_request.amount_due
    said = changed(funding_request, amount_due=Decimal("1234.50"), waited=timedelta(days=3))
    assert "montant à verser : " in said
    assert "→ 1\u202f234,50\u00a0€" in said
    assert f"{due:.2f}".replace(".", ",") in said.replace("\u202f", "")
    assert "attente du fournisseur : 0 jour → 3 jours" in said


def test_codes_are_read_in_their_lists(staff: dict[str, User]) -> None:
    """A coded reason by its label, a step by its title; a ceiling of several rows by its row."""
    enrolment = _enrolment()
    Enrolment.objects.filter(pk=enrolment.pk).update(reopened_steps=["banque", "documents"])
    said = last_change(enrolment, words=STEP_TITLES)
    assert "étapes rouvertes : vide → Coordonnées bancaires, Pièces justificatives" in said
    Enrolment.objects.filter(pk=enrolment.pk).update(known_facts={"osu": ["2026-02-10", None]})
    said = last_change(enrolment, words={"osu": "habilitation OSU"})
    assert said.endswith("vide → habilitation OSU : 10/02/2026, vide")
    tier = PriceTier.objects.earliest("pk")
    PriceTier.objects.filter(pk=tier.pk).update(ceiling_net=Decimal("5000"))
    events = PriceTier.pgh_event_model.objects.filter(pgh_obj_id=tier.pk)  # type: ignore[attr-defined]
    [change] = history_rows(PriceTier, events, name=lambda event: f"tranche {event.lower}")[:1]
    assert change[2].startswith(f"tranche {tier.lower} : plafond HT (€) : ")
    assert change[2].endswith("→ 5\u202f000,00\u00a0€")


def test_a_reason_of_a_review_is_read_by_its_label(everything: Any) -> None:
    """« statement_missing » is of two lists: the one of the proof is read, on the page of traces
    too."""
    proof = PilotProof.objects.earliest("pk")
    Reason.objects.filter(subject=ReasonSubject.PILOT, code="unsigned").update(label="Non signé")
    said = changed(proof, reason_code="unsigned")
    assert said == "motif : vide → Non signé"
    events = list(proof.events.order_by("pk"))  # type: ignore[attr-defined]
    for event, before in zip(events, [None, *events], strict=False):
        event.before_id = before and before.pk
    assert change_rows(events)[-1][3] == said


def test_a_scheme_left_and_a_row_deleted(staff: dict[str, User]) -> None:
    """A foreign key to a code keeps it; a row deleted says so."""
    scheme = Scheme.objects.get(pk=SchemeCode.RIS)
    assert str(scheme) == SchemeCode.RIS
    supplier = a_supplier(OTHER_SIRET)
    pk = supplier.pk
    supplier.delete()
    events = Supplier.pgh_event_model.objects.filter(pgh_obj_id=pk)  # type: ignore[attr-defined]
    rows = history_rows(Supplier, events)
    assert [row[2] for row in rows][-1] == "Création"
