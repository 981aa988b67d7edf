"""An applied list is undone in one action: what was changed since stays as it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from enrolment.actions import import_referencing, restore_referencing
from enrolment.models import Distribution, Enrolment, ReferencingImport, Solution, Supplier, User
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import JournalEntry, Notification
from segur_portal.common.workflow import ForbiddenMoveError
from tests.admin.conftest import MDV, RIS
from tests.admin.lists import DISTRIBUTOR, a_file, a_line, decide, page, ten_solutions, upload
from tests.builders import SIRET
from tests.factories import a_member, a_supplier
from tests.rule_cases import plain

REFERENCED = {
    "reference_number": "VA2-0",
    "file_submitted_on": date(2026, 1, 15),
    "referenced_on": date(2026, 3, 2),
}
SOFTWARE = "Système d’information de radiologie (RIS)"
BLANK = {"reference_number": "", "file_submitted_on": None, "referenced_on": None}
LINES = [
    a_line(),
    a_line(distributor=DISTRIBUTOR, declared="2026-03-10"),
    a_line("LOGICIEL-1", version="v1", number="VA2-1"),
    a_line("Logiciel neuf", number="VA2-N"),
]


@pytest.fixture
def known(staff: dict[str, User]) -> list[Solution]:
    return ten_solutions()


def facts(solution: Solution) -> dict[str, Any]:
    solution.refresh_from_db()
    return {name: getattr(solution, name) for name in BLANK}


def an_enrolment_of(siret: str, solution: Solution, state: str = "early") -> User:
    """A member of a supplier whose enrolment names the solution."""
    supplier = Supplier.objects.filter(siret=siret).first() or a_supplier(siret)
    user = a_member(supplier, email=f"membre-{siret}@exemple.fr")
    day = date(2026, 9, 1)
    enrolment = Enrolment.objects.create(
        supplier=supplier,
        scheme_id=RIS,
        state=state,
        early_validated_on=day,
        final_validated_on=day if state == "final" else None,
    )
    enrolment.solutions.add(solution)
    return user


def test_everything_goes_back_and_nothing_is_deleted(
    sign_in: Any, known: list[Solution], staff: dict[str, User]
) -> None:
    """Facts, spelling, declaration; what the list added stays, blank. Journalled, and said."""
    client = sign_in("ans")
    upload(client, *LINES)
    assert facts(known[0]) == REFERENCED
    answer = decide(client, "restore")
    assert answer.status_code == 302
    import_ = ReferencingImport.objects.get()
    assert import_.state == "restored"
    known[1].refresh_from_db()
    assert (known[1].name, known[1].version) == ("Logiciel 1", "1")
    added = Solution.objects.get(name="Logiciel neuf")
    assert facts(known[0]) == facts(known[1]) == facts(added) == BLANK
    assert Distribution.objects.get().declared_on is None
    entry = JournalEntry.objects.get(verb="restore")
    assert (entry.actor, entry.note, entry.target) == (staff["ans"], "Vu avec l’ANS", "restored")
    shown = page(client)
    assert "Restaurée : 4 changements défaits, tous ceux de la liste." in shown
    assert "numéro : VA2-0 → –" in shown
    assert "dossier complet : 15/01/2026 → –" in shown
    assert "nom : LOGICIEL-1 → Logiciel 1" in shown
    assert "ajoutée par la liste, elle reste" in shown
    assert "Restaurer l’état d’avant" in shown  # in the journal
    url = reverse("admin:enrolment_referencingimport_deed", args=[import_.pk, "restore"])
    assert url not in shown


def test_former_values_come_back(sign_in: Any, known: list[Solution]) -> None:
    """A referencing that a second list corrected is that of the first again."""
    client = sign_in("ans")
    upload(client, a_line())
    upload(client, a_line(number="AUTRE", obtained="2026-04-01"))
    decide(client, "restore")
    assert facts(known[0]) == REFERENCED
    assert not Notification.objects.filter(title__contains="retiré").exists()


def test_what_was_changed_since_is_left(sign_in: Any, known: list[Solution]) -> None:
    """All the fields of a solution together; each row by itself; the report says which and why."""
    client = sign_in("ans")
    upload(client, *LINES)
    Solution.objects.filter(pk=known[0].pk).update(referenced_on=date(2026, 3, 3))
    Distribution.objects.update(declared_on=date(2026, 3, 11))
    decide(client, "restore")
    assert facts(known[0]) == {**REFERENCED, "referenced_on": date(2026, 3, 3)}
    assert Distribution.objects.get().declared_on == date(2026, 3, 11)
    assert facts(known[1]) == BLANK
    report = ReferencingImport.objects.get().report
    assert (report["back_count"], report["left_count"]) == (2, 2)
    assert [(row[0], plain(row[2])) for row in report["left"]] == [
        ("Logiciel 0 1", "Changée depuis – référencée le : 02/03/2026 → 03/03/2026"),
        ("Logiciel 0 1", "Changée depuis – déclarée : 10/03/2026 → 11/03/2026"),
    ]
    assert "2 laissés : lisez pourquoi ci-dessous" in page(client)


def test_what_the_database_would_refuse_is_left(sign_in: Any, known: list[Solution]) -> None:
    """A date that a later list leans on, a name and a number taken since: each left, in words."""
    client = sign_in("ans")
    Solution.objects.filter(pk=known[1].pk).update(reference_number="ANCIEN")
    lines = [
        a_line(number="", obtained=""),
        a_line("LOGICIEL-2", number="", obtained=""),
        a_line("Logiciel 1", number="NEUF", obtained=""),
    ]
    upload(client, *lines)
    decide(client, "release")
    Solution.objects.filter(pk=known[0].pk).update(
        reference_number="VA2-0", referenced_on=date(2026, 3, 2)
    )
    Solution.objects.filter(pk=known[3].pk).update(name="Logiciel 2")
    Solution.objects.filter(pk=known[4].pk).update(reference_number="ANCIEN")
    decide(client, "restore")
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.report["back_count"]) == ("restored", 0)
    assert [row[2] for row in import_.report["left"]] == [
        "Une solution référencée a un numéro et une date de dossier complet.",
        "L’éditeur a déjà une solution de ce nom et de cette version sur ce dispositif.",
        "Ce numéro de référencement est celui d’une autre solution de ce dispositif.",
    ]
    known[2].refresh_from_db()
    assert known[2].name == "LOGICIEL-2"
    assert facts(known[0]) == REFERENCED


def test_who_loses_a_referencing_is_told_once(sign_in: Any, known: list[Solution]) -> None:
    """One piece of news for each enrolment, whatever its stage, with every solution in it; the
    distributor is told of its declaration; a new referencing is news again."""
    early = an_enrolment_of(SIRET, known[0])
    final = an_enrolment_of(DISTRIBUTOR, known[0], "final")
    Enrolment.objects.get(state="early").solutions.add(known[1])
    stranger = an_enrolment_of(make_siret(71), known[5])
    client = sign_in("ans")
    upload(client, *LINES)
    decide(client, "restore")
    news = Notification.objects.filter(title__contains="retiré").order_by("pk")
    assert [(one.user, one.title) for one in news.filter(user=early)] == [
        (early, f"2 solutions : référencement retiré par l’ANS – {SOFTWARE}")
    ]
    assert "LOGICIEL-1 v1" not in news.get(user=early).body
    assert "Logiciel 0 1 et Logiciel 1 1" in news.get(user=early).body
    assert {one.title for one in news.filter(user=final)} == {
        f"Logiciel 0 1 : référencement retiré par l’ANS – {SOFTWARE}",
        f"Logiciel 0 1 : déclaration de distributeur retirée par l’ANS – {SOFTWARE}",
    }
    assert not news.filter(user=stranger).exists()
    upload(client, *LINES)
    decide(client, "release")
    told = Notification.objects.filter(user=early, title="Logiciel 0 1 est référencée")
    assert told.count() == 2


def test_the_same_file_again_waits_for_an_agent(sign_in: Any, known: list[Solution]) -> None:
    """What was undone does not come back by itself; once confirmed, it does."""
    client, lines = sign_in("ans"), [a_line(), a_line("Logiciel neuf", number="VA2-N")]
    upload(client, *lines)
    decide(client, "restore")
    upload(client, *lines)
    again = ReferencingImport.objects.latest("pk")
    assert again.state == "quarantined"
    assert "a été appliqué, puis défait (Liste de l’ANS n°" in again.report["alarms"][0]
    decide(client, "release")
    assert facts(known[0]) == REFERENCED
    upload(client, *lines)
    assert ReferencingImport.objects.latest("pk").state == "unchanged"


def test_a_released_list_is_restored_by_an_officer_of_its_schemes(
    sign_in: Any, known: list[Solution], staff: dict[str, User]
) -> None:
    """With a reason; not by an officer of another scheme, an accountant, nor on a forged state."""
    client = sign_in("ans")
    upload(client, *[a_line(f"Logiciel {n}", number=f"VA2-{n}") for n in range(5)])
    waiting = ReferencingImport.objects.get()
    with pytest.raises(ForbiddenMoveError, match="l’état actuel est « En quarantaine »"):
        restore_referencing(waiting, actor=staff["ans"], note="Motif")
    decide(client, "release")
    assert decide(sign_in("accountant"), "restore").status_code == 403
    assert "pas affecté" in decide(sign_in("officer_elsewhere"), "restore").content.decode()
    assert decide(client, "restore", note=" ").status_code == 200
    import_ = ReferencingImport.objects.get()
    with pytest.raises(ForbiddenMoveError, match="demande un motif"):
        restore_referencing(import_, actor=staff["ans"], note=" ")
    assert facts(known[4])["reference_number"] == "VA2-4"
    assert decide(sign_in("officer"), "restore").status_code == 302
    assert facts(known[4]) == BLANK
    assert decide(client, "restore").status_code == 302
    assert JournalEntry.objects.filter(verb="restore").count() == 1


def test_an_officer_of_one_scheme_out_of_two_does_not_restore(
    sign_in: Any, known: list[Solution]
) -> None:
    """Every scheme of the list must be theirs."""
    upload(sign_in("ans"), a_line(), a_line("Autre", number="M-1", scheme=MDV))
    for role in ("officer", "officer_elsewhere"):
        assert "pas affecté" in decide(sign_in(role), "restore").content.decode()
    assert decide(sign_in("programme"), "restore").status_code == 302
    assert ReferencingImport.objects.get().state == "restored"


def test_a_list_applied_before_nothing_was_kept_says_so(
    sign_in: Any, known: list[Solution], staff: dict[str, User]
) -> None:
    """No button, a sentence; the deed refuses, and so does the database."""
    client = sign_in("ans")
    upload(client, a_line())
    ReferencingImport.objects.update(written=None)
    import_ = ReferencingImport.objects.get()
    shown = page(client)
    assert "elle ne se restaure pas" in shown
    assert "actions/restore/" not in shown
    with pytest.raises(ForbiddenMoveError, match="ne se restaure pas"):
        restore_referencing(import_, actor=staff["ans"], note="Motif")
    with pytest.raises(IntegrityError, match="referencing_restored_was_kept"), transaction.atomic():
        ReferencingImport.objects.update(state="restored")


def test_more_than_the_page_shows_is_undone(sign_in: Any, known: list[Solution]) -> None:
    """Everything that was written is kept, not the rows of the report."""
    client = sign_in("ans")
    upload(client, *[a_line(f"Neuf {n}", number=f"N-{n}") for n in range(230)])
    import_ = ReferencingImport.objects.get()
    assert (len(import_.report["added"]), len(import_.written or [])) == (200, 230)
    decide(client, "restore")
    assert not Solution.objects.exclude(reference_number="").exists()
    assert "200 premières sur 230" in page(client)


@pytest.mark.django_db(transaction=True)
def test_two_agents_restore_at_once(known: list[Solution], staff: dict[str, User]) -> None:
    """One does it, the other is told; what was undone is undone once."""
    told = an_enrolment_of(SIRET, known[0])
    import_ = import_referencing(a_file(*LINES), "liste.csv", actor=staff["ans"])
    both = Barrier(2)

    def restore(role: str) -> str:
        mine = ReferencingImport.objects.get(pk=import_.pk)
        try:
            both.wait(60)
            restore_referencing(mine, actor=staff[role], note=f"Par {role}")
        except ForbiddenMoveError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "fait"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(restore, ["ans", "officer"]))
    assert said.count("fait") == 1
    (refusal,) = [one for one in said if one != "fait"]
    assert "en cours d’import" in refusal or "Restaurée" in refusal
    assert facts(known[0]) == BLANK
    assert JournalEntry.objects.filter(verb="restore").count() == 1
    assert Notification.objects.filter(user=told, title__contains="retiré").count() == 1
