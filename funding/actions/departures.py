"""Requests in progress whose client left the eligible-clients base, or came back to it.

The upper app asks: it looks at each new version of a base once, and at all of them every night,
because officers' overrides begin and end with the day.
"""

from __future__ import annotations

from django.db import connection, transaction

from funding.models import FundingRequest
from funding.workflow import IN_PROGRESS
from orders.models import BaseImport
from orders.queries import current_import
from segur_portal.common import clock
from segur_portal.common.actions import insert_rows, journal_entry, write_journal
from segur_portal.common.models import JournalEntry, Scheme

FOLLOWED = "follow"
LEFT, BACK = "leave_base", "return_to_base"
_NOTES = {
    LEFT: "Un identifiant de la demande n’est plus dans la base des clients éligibles.",
    BACK: "Tous les identifiants de la demande sont de nouveau dans la base.",
}

# What ELI-001 demands of an order, asked again: each identifier in the base in force, the override
# that counts on the day having the last word.
_FLAG = """
    WITH asked AS (
        SELECT id, order_id, has_client_left_base FROM funding_fundingrequest
        WHERE scheme_id = %(scheme)s AND state = ANY(%(states)s)
    ), named AS (
        SELECT asked.id, key.kind, key.value
        FROM asked JOIN orders_orderclient client ON client.order_id = asked.order_id
        LEFT JOIN orders_orderline line ON line.client_id = client.id
        CROSS JOIN LATERAL (VALUES ('SIREN', client.siren), ('FINESS', line.finess),
                                   ('RPPS', line.rpps), ('AM', line.am_number)) AS key(kind, value)
        WHERE key.value <> ''
    ), keys AS (
        SELECT DISTINCT kind, value FROM named
    ), decided AS (
        SELECT DISTINCT ON (kind, value) kind, value, is_eligible FROM orders_eligibilityoverride
        WHERE scheme_id = %(scheme)s AND %(today)s BETWEEN starts_on AND ends_on
        ORDER BY kind, value, starts_on DESC, id DESC
    ), gone AS (
        SELECT keys.kind, keys.value
        FROM keys LEFT JOIN decided USING (kind, value)
        LEFT JOIN orders_eligibleclient base
               ON base.scheme_id = %(scheme)s AND base.kind = keys.kind AND base.value = keys.value
              AND base.valid_to IS NULL
        WHERE NOT coalesce(decided.is_eligible, base.id IS NOT NULL)
    ), verdicts AS (
        SELECT asked.id, EXISTS (SELECT FROM named JOIN gone USING (kind, value)
                                 WHERE named.id = asked.id) AS has_left,
               asked.has_client_left_base AS before
        FROM asked
    )
    SELECT id, has_left FROM verdicts WHERE has_left <> before ORDER BY id
"""


def follow_bases() -> int:
    """Flag the requests of every scheme whose base has a version not looked at yet; returns how
    many requests changed."""
    changed = 0
    for scheme in Scheme.objects.order_by("order"):
        base = current_import(scheme.pk)
        if base is not None and not _was_followed(base):
            changed += flag_left_clients(scheme.pk)
    return changed


@transaction.atomic
def flag_left_clients(scheme: str) -> int:
    """Flag the requests in progress whose client is not in the base any more, and unflag those
    whose client is back; returns how many changed.

    A request decided keeps the flag it was decided with.
    """
    base = current_import(scheme)
    if base is None:
        return 0
    # Two workers never count the same change twice.
    BaseImport.objects.select_for_update().get(pk=base.pk)
    verdicts = _changes(scheme)
    left = [pk for pk, has_left in verdicts if has_left]
    back = [pk for pk, has_left in verdicts if not has_left]
    now = clock.now()
    entries = []
    for verb, ids in ((LEFT, left), (BACK, back)):
        requests = FundingRequest.objects.filter(pk__in=ids)
        requests.update(has_client_left_base=verb == LEFT)
        entries += [
            journal_entry(FundingRequest(pk=pk), verb, at=now, note=_NOTES[verb]) for pk in ids
        ]
    insert_rows(entries)
    if verdicts or not _was_followed(base):
        data = {"left": len(left), "back": len(back)}
        write_journal(base, FOLLOWED, at=now, data=data, is_public=False)
    return len(verdicts)


def _changes(scheme: str) -> list[tuple[int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            _FLAG, {"scheme": scheme, "states": list(IN_PROGRESS), "today": clock.today()}
        )
        return [(pk, has_left) for pk, has_left in cursor.fetchall()]


def _was_followed(base: BaseImport) -> bool:
    return JournalEntry.objects.filter(
        subject=BaseImport._meta.label, subject_id=str(base.pk), verb=FOLLOWED
    ).exists()
