"""Who may see and edit what on the officers' side: one group for each profile, written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from enrolment.enums import STAFF_KINDS, UserKind
from enrolment.models import OfficerAssignment, User
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError

PROGRAMME_GROUP = "Responsables du programme"
KIND_GROUPS: dict[str, str] = {
    UserKind.OFFICER: "Gestionnaires",
    UserKind.ACCOUNTANT: "Comptables",
    UserKind.ANS: "Agents ANS",
}

_PROGRAMME = (
    "common.scheme",
    "common.window",
    "common.parameter",
    "common.pricescale",
    "common.reason",
    "common.statement",
    "common.retentionperiod",
    "funding.checklistitem",
)
_PROGRAMME_DETAILS = ("common.pricetier", "common.programmesnapshot")
_SUPPLIERS = (
    "enrolment.supplier",
    "enrolment.membership",
    "enrolment.invitation",
    "enrolment.joinrequest",
    "enrolment.apitoken",
    "enrolment.solution",
    "enrolment.distribution",
    "enrolment.referencingimport",
    "enrolment.enrolment",
    "enrolment.specimen",
)
_ORDERS = (
    "orders.order",
    "orders.orderclient",
    "orders.orderline",
    "orders.deminimisaid",
    "orders.claim",
)
_BASE = ("orders.baseimport", "orders.eligibleclient", "orders.eligibilityoverride")
_REQUESTS = (
    "funding.deposit",
    "funding.depositdocument",
    "funding.depositline",
    "funding.fundingrequest",
    "funding.dispute",
)
_PILOTS = ("pilots.pilotproof",)
_ISSUED = "common.issueddocument"
_PAYMENTS = (
    "funding.paymentrun",
    "funding.payment",
    "funding.recovery",
    "funding.ledgerentry",
)
_READ = dict.fromkeys(
    (
        *_PROGRAMME,
        *_PROGRAMME_DETAILS,
        *_SUPPLIERS,
        *_ORDERS,
        *_BASE,
        *_REQUESTS,
        *_PILOTS,
        _ISSUED,
    ),
    "view",
)

# What each group may do, by model: view, add, change, delete. A superuser may do everything.
GROUPS: dict[str, Mapping[str, str]] = {
    KIND_GROUPS[UserKind.OFFICER]: {
        **_READ,
        **dict.fromkeys(_PAYMENTS, "view"),
        "funding.paymentrun": "view add",
        "funding.simulationlog": "view",
        "enrolment.supplier": "view add change",
        "enrolment.distribution": "view change",
        "enrolment.enrolment": "view add change",
        "enrolment.specimen": "view add change",
        "enrolment.bankdetails": "view",
        "enrolment.officerassignment": "view",
        "pilots.pilotproof": "view",
        "orders.baseimport": "view add change",
        "orders.eligibilityoverride": "view add change",
    },
    KIND_GROUPS[UserKind.ACCOUNTANT]: dict.fromkeys(
        (
            *_PROGRAMME,
            *_PROGRAMME_DETAILS,
            "enrolment.supplier",
            "enrolment.bankdetails",
            *_ORDERS,
            *_REQUESTS,
            *_PAYMENTS,
            _ISSUED,
        ),
        "view",
    ),
    KIND_GROUPS[UserKind.ANS]: {
        **_READ,
        "enrolment.solution": "view add change",
        "enrolment.referencingimport": "view add",
        "enrolment.distribution": "view add change",
    },
    PROGRAMME_GROUP: {
        "common.scheme": "view change",
        "common.window": "view add change",
        "common.parameter": "view add change",
        "common.reason": "view add change",
        "common.statement": "view add change",
        "common.retentionperiod": "view change",
        "funding.checklistitem": "view add change",
        "common.pricescale": "view add change",
        "common.pricetier": "view add change delete",
        "common.programmesnapshot": "view",
        "common.auditseal": "view",
    },
}


class NotAssignedError(ForbiddenMoveError):
    """An officer acts on a scheme that is not theirs (domain page, section 7)."""


def role_of(user: User) -> str:
    """The role under which a user acts on the state tables."""
    return Role(user.kind).value


def check_assigned(user: User | None, scheme_id: str) -> None:
    """Refuse an officer who is not assigned to the scheme.

    Superusers, and roles that are not bound to a scheme, pass. Raises NotAssignedError.
    """
    if user is None or user.is_superuser or user.kind != UserKind.OFFICER:
        return
    if not OfficerAssignment.objects.filter(user=user, scheme=scheme_id).exists():
        raise NotAssignedError(f"Vous n’êtes pas affecté au dispositif {scheme_id}.")


@transaction.atomic
def sync_groups() -> int:
    """Create the groups with exactly their permissions; put each agent in the group of its kind.

    May be run again at any time. « Responsables du programme » is given by hand and keeps its
    members. Returns how many agents were placed. Raises LookupError for an unknown permission.
    """
    known = {
        f"{app}.{code}": pk
        for pk, app, code in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, models in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[codename] for codename in _codenames(models)])
    agents = User.objects.filter(kind__in=STAFF_KINDS)
    agents.update(is_staff=True)
    for agent in agents:
        place_in_group(agent)
    return len(agents)


def place_in_group(user: User) -> None:
    """Put a user in the group of its kind, and out of those of the others."""
    wanted = KIND_GROUPS.get(user.kind)
    others = [name for name in KIND_GROUPS.values() if name != wanted]
    user.groups.remove(*Group.objects.filter(name__in=others))
    if wanted:
        user.groups.add(Group.objects.get_or_create(name=wanted)[0])


def _codenames(models: Mapping[str, str]) -> Iterator[str]:
    for label, verbs in models.items():
        app, model = label.split(".")
        yield from (f"{app}.{verb}_{model}" for verb in verbs.split())
