"""Rails: too many removals or refusals wait for a named officer; a version can be restored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enrolment.models import User
from orders.actions.base import run_import
from orders.actions.base_decisions import reject_import, release_import, restore_version
from orders.models import BaseImport, EligibleClient
from orders.queries import current_import
from segur_portal.common.identifiers import make_siren
from segur_portal.common.models import JournalEntry
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import an_officer
from tests.orders.base_files import DAY, RIS, a_line, imported, lines, thresholds

NEXT, AFTER = DAY + timedelta(days=1), DAY + timedelta(days=2)
IN_FORCE = EligibleClient.objects.current


@pytest.fixture
def quarantined(officer: User) -> BaseImport:
    """A file in which 30 of 100 clients are gone."""
    imported(lines(100))
    import_ = imported(lines(70), day=NEXT)
    assert import_.state == "quarantined"
    return import_


@pytest.mark.parametrize(
    ("rows", "percent", "state"),
    [(10, 10, "applied"), (9, 50, "quarantined"), (50, 9, "quarantined")],
    ids=["both met", "absolute", "relative"],
)
def test_either_threshold_is_enough(rows: int, percent: int, state: str, officer: User) -> None:
    """10 of 100 clients leave: exactly the thresholds pass, one less does not."""
    thresholds(rows=rows, percent=percent)
    imported(lines(100))
    assert imported(lines(90), day=NEXT).state == state


def test_a_scheme_may_have_its_own_threshold(officer: User) -> None:
    """The scheme's parameter comes before the general one."""
    from segur_portal.common.models import Parameter

    Parameter.objects.create(
        scheme_id=RIS, code="base_max_removed_percent", value=50, source="Essai"
    )
    imported(lines(100))
    assert imported(lines(70), day=NEXT).state == "applied"


def test_too_many_refused_lines_wait_too(officer: User) -> None:
    """One line in ten refused: the file is not what it should be."""
    bad = [a_line(number, is_liberal="oui") for number in range(91, 101)]
    import_ = imported([*lines(90), *bad])
    assert import_.state == "quarantined"
    assert "refusées" in import_.report["reason"]


def test_quarantine_changes_nothing_and_says_why(quarantined: BaseImport) -> None:
    """The base in force stays; the officer reads how many would leave, and which."""
    assert quarantined.version is None
    assert IN_FORCE().count() == EligibleClient.objects.count() == 100
    assert "30 client(s) sur 100" in quarantined.report["reason"]
    assert len(quarantined.report["examples"]["ended"]) == 30
    assert run_import(quarantined.pk, force=True).state == "quarantined"


def test_a_named_officer_releases(quarantined: BaseImport, officer: User) -> None:
    """With a reason: then the file is applied, and the journal knows who."""
    release_import(quarantined, officer=officer, note="Fermetures confirmées par l’ANS")
    import_ = run_import(quarantined.pk)
    assert (import_.state, import_.version, import_.ended) == ("applied", 2, 30)
    assert import_.released_by == officer
    entry = JournalEntry.objects.get(verb="release", subject_id=import_.pk)
    assert (entry.actor, entry.note) == (officer, "Fermetures confirmées par l’ANS")
    assert EligibleClient.objects.count() == 100


def test_a_release_does_not_cover_what_the_officer_was_not_shown(
    quarantined: BaseImport, officer: User
) -> None:
    """The base moved meanwhile: the file would now end more clients, and waits again."""
    release_import(quarantined, officer=officer, note="Confirmé")
    BaseImport.objects.filter(pk=quarantined.pk).update(ended=29)
    import_ = run_import(quarantined.pk)
    assert import_.state == "quarantined"
    assert "et non 29" in import_.report["reason"]


def test_a_named_officer_rejects(quarantined: BaseImport, officer: User) -> None:
    """The file is put away for good; nothing changed."""
    reject_import(quarantined, officer=officer, note="Extraction incomplète")
    assert run_import(quarantined.pk, force=True).state == "rejected"
    assert IN_FORCE().count() == 100


@pytest.mark.parametrize("decide", [release_import, reject_import])
def test_deciding_takes_a_reason_and_an_officer_of_the_scheme(
    decide: object, quarantined: BaseImport, officer: User
) -> None:
    """Without a reason, by an officer of another scheme, or by ANS: refused."""
    other = an_officer("SONS-MDV-LGC-Va2", email="ailleurs@exemple.fr")
    ans = User.objects.create(email="ans@exemple.fr", kind="ans")
    for actor, note in ((officer, " "), (other, "Motif"), (ans, "Motif")):
        with pytest.raises(ForbiddenMoveError):
            decide(quarantined, officer=actor, note=note)  # type: ignore[operator]
    quarantined.refresh_from_db()
    assert quarantined.state == "quarantined"


def test_a_later_file_replaces_the_quarantine(quarantined: BaseImport) -> None:
    """The next night's good file: nobody has to decide on the old one any more."""
    imported(lines(101), day=AFTER)
    quarantined.refresh_from_db()
    assert quarantined.state == "rejected"


def test_a_version_is_restored_in_one_action(officer: User) -> None:
    """The base says exactly what it said at that version, as a new version; nothing is deleted."""
    thresholds(rows=100, percent=100)
    first = imported(lines(40))
    imported([*lines(45, but=[1, 2, 3]), a_line(3, label="Erreur")], day=NEXT)
    before = said()
    rows = EligibleClient.objects.count()
    restored = restore_version(first, officer=officer, note="Base du 15 erronée")
    assert (restored.state, restored.version, restored.restores) == ("applied", 3, first)
    assert (restored.added, restored.changed, restored.ended) == (2, 1, 5)
    assert said() != before
    assert said() == {make_siren(n): f"Cabinet d’imagerie n° {n}" for n in range(1, 41)}
    assert EligibleClient.objects.count() == rows + 3
    assert restored.report["examples"]["changed"][0]["fields"]["label"][0] == "Erreur"


def said() -> dict[str, str]:
    return dict(IN_FORCE().values_list("value", "label"))


def test_the_file_that_was_undone_does_not_come_back_by_itself(officer: User) -> None:
    """Dropped again, it waits for an officer; the next day's file is imported as usual."""
    first = imported(lines(40))
    imported(lines(39), day=NEXT)
    restore_version(first, officer=officer, note="Base erronée")
    again = imported(lines(39), day=NEXT)
    assert again.state == "quarantined"
    assert "écarté" in again.report["reason"]
    assert imported(lines(41), day=AFTER).state == "applied"


def test_a_restoration_can_itself_be_undone(officer: User) -> None:
    """By going back to the version that it replaced."""
    first = imported(lines(40))
    second = imported(lines(39), day=NEXT)
    restore_version(first, officer=officer, note="Base erronée")
    restored = restore_version(second, officer=officer, note="Elle était juste")
    assert (restored.version, IN_FORCE().count()) == (4, 39)


def test_only_a_past_version_is_restored(quarantined: BaseImport, officer: User) -> None:
    """Neither the one in force, nor a file never applied, nor without a reason."""
    current = current_import(RIS)
    assert current is not None
    for past, note in ((current, "Motif"), (quarantined, "Motif"), (current, "")):
        with pytest.raises(ForbiddenMoveError):
            restore_version(past, officer=officer, note=note)
    assert BaseImport.objects.count() == 2
