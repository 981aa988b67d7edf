"""ANS's list by CSV: columns, refusals with reasons, thresholds, a named decision, no deletion."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from enrolment.actions.referencing import referencing_lock
from enrolment.admin.referencing import SAMPLE
from enrolment.models import Distribution, Enrolment, ReferencingImport, Solution, User
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import JournalEntry, Notification, Parameter
from tests.admin.conftest import OTHER_SIRET, RIS
from tests.admin.lists import (
    ADD,
    DISTRIBUTOR,
    a_line,
    decide,
    page,
    ten_solutions,
    upload,
)
from tests.builders import SIRET
from tests.factories import a_member, a_supplier


@pytest.fixture
def known(staff: dict[str, User]) -> list[Solution]:
    return ten_solutions()


def test_a_list_is_applied_and_reports(
    sign_in: Any, known: list[Solution], staff: dict[str, User]
) -> None:
    """A referencing, a new solution, a declared distributor; who waited for it is told."""
    waiting = a_member(a_supplier(SIRET, "Distributeur qui attend"))
    enrolment = Enrolment.objects.create(
        supplier=waiting.memberships.get().supplier,
        scheme_id=RIS,
        state="early",
        early_validated_on=date(2026, 9, 1),
    )
    enrolment.solutions.add(known[0])
    client = sign_in("ans")
    lines = [
        a_line(),
        a_line(distributor=DISTRIBUTOR, declared="10/03/2026"),
        a_line("Logiciel neuf", number="VA2-N"),
    ]
    assert upload(client, *lines).status_code == 302
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.requested_by) == ("applied", staff["ans"])
    assert (import_.row_count, import_.added, import_.changed, import_.refused) == (3, 2, 1, 0)
    known[0].refresh_from_db()
    assert (known[0].reference_number, known[0].referenced_on) == ("VA2-0", date(2026, 3, 2))
    assert Solution.objects.get(name="Logiciel neuf").editor.siret == OTHER_SIRET
    found = Distribution.objects.get()
    assert (found.declared_on, found.mandate_accepted_on) == (date(2026, 3, 10), None)
    told = Notification.objects.get(user=waiting)
    assert "Logiciel 0 1 est référencée" in told.title
    shown = page(client)
    assert "Appliquée" in shown
    assert "numéro : – → VA2-0" in shown
    upload(client, *lines)
    assert ReferencingImport.objects.latest("pk").state == "unchanged"


def test_nothing_is_ever_taken_back(sign_in: Any, known: list[Solution]) -> None:
    """Neither by a blank cell nor by an absent line: a distributor, a number, a date stay."""
    client = sign_in("ans")
    upload(client, a_line(distributor=DISTRIBUTOR, declared="2026-03-10"))
    upload(client, a_line(number="", submitted="", obtained=""), a_line("Logiciel 1", number="B"))
    known[0].refresh_from_db()
    assert (known[0].reference_number, known[0].referenced_on) == ("VA2-0", date(2026, 3, 2))
    assert Distribution.objects.count() == 1
    assert Solution.objects.count() == len(known)


@pytest.mark.parametrize(
    ("lines", "options", "reason"),
    [
        ([], {}, "aucune ligne"),
        (["x"], {"header": "dispositif;nom;couleur;nom"}, "manquante(s) : siret_editeur"),
        (["x"], {"header": "dispositif;nom;couleur;nom"}, "inconnue(s) : couleur"),
        (["x"], {"header": "dispositif;nom;couleur;nom"}, "en double : nom"),
        ([a_line("Élan")], {"encoding": "cp1252"}, "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(
    sign_in: Any, staff: dict[str, User], lines: list[str], options: dict[str, str], reason: str
) -> None:
    """Beside the field, in words; nothing is received."""
    shown = upload(sign_in("ans"), *lines, **options).content.decode()
    assert reason in shown
    assert not ReferencingImport.objects.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (a_line(scheme="SONS-AUTRE"), "n’existe pas"),
        (a_line(editor="12345678901234"), "n’est pas un SIRET"),
        (a_line(""), "nom : à remplir"),
        (a_line(obtained="2026-02-30"), "n’est pas une date"),
        (a_line(obtained="2030-01-01"), "à venir"),
        (a_line(obtained="2026-01-14"), "précède le dépôt du dossier"),
        (a_line(number=""), "a un numéro"),
        (a_line(submitted=""), "date de dossier complet"),
        (a_line(distributor=DISTRIBUTOR), "va avec la date"),
        (a_line(distributor=OTHER_SIRET, declared="2026-03-10"), "son propre distributeur"),
        (a_line() + ";en trop", "10 colonnes, 9 attendues"),
        (a_line("Logiciel 1", number="VA2-9"), "est celui de Logiciel 9"),
        (a_line("Logiciel 9", number="VA2-8"), "La ligne 2 dit autre chose"),
    ],
)
def test_a_line_is_refused_with_its_reason(
    sign_in: Any, known: list[Solution], line: str, reason: str
) -> None:
    """The others are taken; the report names the line of the file."""
    good = [a_line(f"Logiciel {n}", number=f"VA2-{n}") for n in (9,)]
    more = [a_line("Logiciel neuf", number=f"N-{n}", version=str(n)) for n in range(6)]
    client = sign_in("ans")
    upload(client, *good, line, *more)
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.refused, import_.added) == ("applied", 1, 6)
    assert import_.report["refused"][0][0] == 3
    assert reason in page(client)


def test_lines_of_organisations_without_an_account_are_no_fault(
    sign_in: Any, known: list[Solution]
) -> None:
    """Counted apart, whatever their number; taken by the first import after they sign up."""
    client, stranger = sign_in("ans"), make_siret(71)
    lines = [
        a_line("Logiciel 0", number="VA2-0", distributor=stranger, declared="2026-03-10"),
        *[a_line(f"Inconnu {n}", number=f"I-{n}", editor=stranger) for n in range(30)],
    ]
    upload(client, *lines)
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.added, import_.changed, import_.refused) == ("applied", 0, 1, 0)
    assert import_.report["ignored_count"] == 31
    assert [row[0] for row in import_.report["ignored"][:2]] == [2, 3]
    shown = page(client)
    assert "lignes ignorées" in shown
    assert f"éditeur sans compte (SIRET {stranger})" in shown
    assert "Lignes refusées, à corriger" not in shown
    a_supplier(stranger, "Nouvel éditeur")
    upload(client, *lines)
    again = ReferencingImport.objects.latest("pk")
    assert (again.state, again.added, again.report["ignored_count"]) == ("applied", 31, 0)
    assert Distribution.objects.filter(distributor__siret=stranger).count() == 1


def test_past_the_threshold_a_list_waits_for_a_named_agent(
    sign_in: Any, known: list[Solution], staff: dict[str, User]
) -> None:
    """Nothing is recorded before it is confirmed with a reason; the name is kept."""
    client = sign_in("ans")
    lines = [a_line(f"Logiciel {n}", number=f"VA2-{n}") for n in range(3)]
    upload(client, *lines)
    import_ = ReferencingImport.objects.get()
    assert import_.state == "quarantined"
    assert not Solution.objects.exclude(reference_number="").exists()
    assert "3 solutions sur 10 changeraient : plus de 20 %" in page(client)
    again = upload(client, *lines).content.decode()
    assert "Une liste attend une décision" in again
    assert decide(client, "release", note="").status_code == 200
    assert decide(sign_in("accountant"), "release").status_code == 403
    assert decide(client, "release").status_code == 302
    import_.refresh_from_db()
    assert (import_.state, import_.decided_by) == ("applied", staff["ans"])
    assert Solution.objects.exclude(reference_number="").count() == 3
    entry = JournalEntry.objects.get(verb="release", subject="enrolment.ReferencingImport")
    assert (entry.actor, entry.note) == (staff["ans"], "Vu avec l’ANS")


@pytest.mark.parametrize(
    ("rows", "percent", "state", "said"),
    [
        (2, 20, "applied", ""),
        (1, 50, "quarantined", "2 solutions sur 10 changeraient : plus de 1."),
        (50, 19, "quarantined", "2 solutions sur 10 changeraient : plus de 19\u00a0%."),
        (None, 50, "quarantined", "2 solutions sur 10 changeraient : plus de 0."),
    ],
    ids=["both met", "absolute", "relative", "without the parameter nothing is admitted"],
)
def test_either_threshold_is_enough(
    sign_in: Any,
    known: list[Solution],
    rows: int | None,
    percent: int,
    state: str,
    said: str,
) -> None:
    """2 of 10 solutions change: exactly the thresholds pass, one less does not; solutions that the
    list adds are no change of what is recorded."""
    held = Parameter.objects.filter(code="referencing_max_changed_rows")
    if rows is None:
        held.delete()
    else:
        held.update(value=rows)
    Parameter.objects.filter(code="referencing_max_changed_percent").update(value=percent)
    changed = [a_line(f"Logiciel {n}", number=f"VA2-{n}") for n in range(2)]
    upload(sign_in("ans"), *changed, *[a_line(f"Neuf {n}", number=f"N-{n}") for n in range(3)])
    import_ = ReferencingImport.objects.get()
    assert (import_.state, "".join(import_.report["alarms"])) == (state, said)


def test_refused_lines_stop_a_list_too(sign_in: Any, known: list[Solution]) -> None:
    """More than the percentage refused: something is wrong with the file. Rejected, nothing is
    recorded; the officer of one scheme out of those named decides as well."""
    upload(sign_in("ans"), a_line(), a_line("Logiciel 1", obtained="demain"))
    assert ReferencingImport.objects.get().state == "quarantined"
    refused = decide(sign_in("officer_elsewhere"), "reject")
    assert "pas affecté" in refused.content.decode()
    assert decide(sign_in("officer"), "reject").status_code == 302
    assert ReferencingImport.objects.get().state == "rejected"
    assert not Solution.objects.exclude(reference_number="").exists()
    late = decide(sign_in("ans"), "release")
    assert late.status_code == 302
    assert ReferencingImport.objects.get().state == "rejected"


def test_a_list_that_would_now_change_more_stays(sign_in: Any, known: list[Solution]) -> None:
    """What was shown is what is confirmed: the report is made again, to be read again."""
    client = sign_in("ans")
    upload(client, *[a_line(f"Logiciel {n}", number=f"VA2-{n}") for n in range(3)], a_line("X"))
    Solution.objects.filter(name="Logiciel 0").update(version="2")
    decide(client, "release")
    import_ = ReferencingImport.objects.get()
    assert import_.state == "quarantined"
    assert (import_.added, import_.changed) == (1, 2)
    assert "relisez son compte rendu" in page(client)
    decide(client, "release")
    assert ReferencingImport.objects.get().state == "applied"


def test_only_ans_imports(sign_in: Any, known: list[Solution]) -> None:
    """An officer reads the history; an accountant does not."""
    assert upload(sign_in("officer"), a_line()).status_code == 403
    assert upload(sign_in("accountant"), a_line()).status_code == 403
    assert not ReferencingImport.objects.exists()


def test_a_sample_is_downloaded_and_is_a_list(sign_in: Any, staff: dict[str, User]) -> None:
    """The example that the page offers is read by the import."""
    a_supplier(OTHER_SIRET, "Éditeur")
    a_supplier(DISTRIBUTOR, "Distributeur")
    client = sign_in("ans")
    address = reverse("admin:enrolment_referencingimport_sample")
    assert address in client.get(reverse(ADD)).content.decode()
    content = client.get(address).content
    client.post(reverse(ADD), {"content": SimpleUploadedFile("liste.csv", content)})
    import_ = ReferencingImport.objects.get()
    assert (import_.row_count, import_.refused) == (len(SAMPLE), 0)
    assert sign_in("accountant").get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_lists_are_not_imported_at_once(sign_in: Any, known: list[Solution]) -> None:
    """While one is under way, on another connection, the second agent is told to wait."""

    def other() -> str:
        try:
            return str(upload(sign_in("ans"), a_line()).content.decode())
        finally:
            connection.close()

    with transaction.atomic(), referencing_lock(), ThreadPoolExecutor(1) as pool:
        shown = pool.submit(other).result()
    assert "Une autre liste est en cours d’import" in shown
    assert not ReferencingImport.objects.exists()
