"""The officer's desk: whose file a request is, shared out by hand or many at once, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet

from enrolment.actions import check_assigned
from enrolment.enums import UserKind
from enrolment.models import User
from funding.models import FundingRequest
from funding.workflow import AT_ASP, IN_PROGRESS
from segur_portal.common import clock
from segur_portal.common.actions import insert_rows, journal_entry, write_journal
from segur_portal.common.workflow import ForbiddenMoveError


@dataclass(frozen=True, slots=True)
class Share:
    """What an officer has at ASP now, and how many more files they would get."""

    officer: User
    has: int
    gets: int

    @property
    def then(self) -> int:
        """How many they would have."""
        return self.has + self.gets


@transaction.atomic
def assign_request(request: FundingRequest, *, to: User | None, actor: User, note: str) -> None:
    """Give a file not decided yet to an officer of its scheme, or to nobody.

    Raises ForbiddenMoveError, in French.
    """
    check_assigned(actor, request.scheme_id)
    locked = FundingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state not in IN_PROGRESS:
        raise ForbiddenMoveError("Ce dossier est décidé : il ne s’attribue plus.")
    _check_receiver(to, [locked.scheme_id])
    FundingRequest.objects.filter(pk=locked.pk).update(assigned_to=to)
    request.assigned_to = to
    write_journal(request, "assign", actor=actor, note=note, data=_named(to), is_public=False)


def share_out(requests: QuerySet[FundingRequest], officers: Sequence[User]) -> list[Share]:
    """How many of these files each officer would get, the least loaded first served.

    Sharing is fair over what each would have in the end. Two queries.
    """
    counted = (
        FundingRequest.objects.filter(assigned_to__in=officers, state__in=AT_ASP)
        .exclude(pk__in=requests.values("pk"))
        .order_by()
        .values_list("assigned_to")
        .annotate(count=Count("pk"))
    )
    loads: dict[int, int] = dict.fromkeys((one.pk for one in officers), 0) | dict(counted)
    gets = level(loads, requests.order_by().count())
    return [Share(one, loads[one.pk], gets[one.pk]) for one in officers]


def level(loads: Mapping[int, int], count: int) -> dict[int, int]:
    """How many of `count` things each key gets, so that what they have ends as equal as can be."""
    gets = dict.fromkeys(loads, 0)
    for _ in range(count if gets else 0):
        poorest = min(gets, key=lambda key: (loads[key] + gets[key], key))
        gets[poorest] += 1
    return gets


@transaction.atomic
def reassign(
    requests: QuerySet[FundingRequest],
    *,
    officers: Sequence[User],
    actor: User,
    note: str,
    expected: int,
) -> list[Share]:
    """Share these files out as `share_out` showed; the oldest files go first, in turn.

    Raises ForbiddenMoveError, in French, when they are not as many as when they were shown, for a
    file decided meanwhile, or for an officer not assigned to one of the schemes.
    """
    ids = list(requests.values_list("pk", flat=True))
    locked = FundingRequest.objects.filter(pk__in=ids).order_by("pk")
    rows = list(locked.select_for_update(of=("self",)).only("pk", "scheme", "state", "received_at"))
    if len(rows) != expected:
        raise ForbiddenMoveError(
            "La liste a changé depuis l’aperçu : vérifiez la nouvelle répartition, puis confirmez."
        )
    if any(row.state not in IN_PROGRESS for row in rows):
        raise ForbiddenMoveError("Un de ces dossiers est décidé : il ne s’attribue plus.")
    schemes = sorted({row.scheme_id for row in rows})
    for scheme in schemes:
        check_assigned(actor, scheme)
    for officer in officers:
        _check_receiver(officer, schemes)
    shares = share_out(FundingRequest.objects.filter(pk__in=ids), officers)
    rows.sort(key=lambda row: (row.received_at, row.pk))
    _write(_dealt(rows, shares), actor=actor, note=note)
    return shares


@transaction.atomic
def add_note(request: FundingRequest, text: str, *, actor: User) -> None:
    """An internal note on a request: never shown to its supplier."""
    check_assigned(actor, request.scheme_id)
    if not text.strip():
        raise ForbiddenMoveError("La note est vide.")
    write_journal(request, "note", actor=actor, note=text.strip(), is_public=False)


def _dealt(
    rows: Sequence[FundingRequest], shares: Iterable[Share]
) -> list[tuple[User, list[FundingRequest]]]:
    """The files of each officer: dealt like cards, so that each gets old and recent ones."""
    hands: list[tuple[User, int, list[FundingRequest]]] = [
        (share.officer, share.gets, []) for share in shares
    ]
    left = list(reversed(rows))
    while left:
        for _, gets, hand in hands:
            if left and len(hand) < gets:
                hand.append(left.pop())
    return [(officer, hand) for officer, _, hand in hands if hand]


def _write(dealt: Iterable[tuple[User, list[FundingRequest]]], *, actor: User, note: str) -> None:
    now, entries = clock.now(), []
    for officer, hand in dealt:
        FundingRequest.objects.filter(pk__in=[row.pk for row in hand]).update(assigned_to=officer)
        entries += [
            journal_entry(
                row, "assign", at=now, actor=actor, note=note, data=_named(officer), is_public=False
            )
            for row in hand
        ]
    insert_rows(entries)


def _check_receiver(officer: User | None, schemes: Iterable[str]) -> None:
    if officer is None:
        return
    if officer.kind != UserKind.OFFICER or not officer.is_active:
        raise ForbiddenMoveError(f"{officer} n’est pas un gestionnaire en activité.")
    known = set(officer.assignments.values_list("scheme", flat=True))
    for scheme in schemes:
        if scheme not in known and not officer.is_superuser:
            raise ForbiddenMoveError(f"{officer} n’est pas affecté au dispositif {scheme}.")


def _named(officer: User | None) -> dict[str, str]:
    return {"to": str(officer) if officer else ""}
