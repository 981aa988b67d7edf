"""The table of doors: who may open which address, and what the others are answered.

One line per named address of the portal; `tests/test_doors.py` tries each of them with every
actor, and fails when an address of the resolver is missing here. To add one: its name, what each
actor is answered, `args` when the address names an object of the supplier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Members of the supplier by role, the legal representative of another one, the State's agents.
ACTORS = ("anonymous", "legal", "preparer", "reader", "stranger", "officer", "accountant", "ans")

OK, MOVED, FORBIDDEN, UNKNOWN, NOT_ALLOWED, GONE = 200, 302, 403, 404, 405, 410
# Redirections, by where they lead: signing in, the agents' side.
LOGIN, AGENTS, AGAIN = "login", "agents", "reauthenticate"

Answer = int | str
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class World:
    """What addresses may name: objects of the supplier whose members are the actors."""

    deposit: Any
    request: Any
    supplier: Any
    notification: Any
    document: Any
    signed: Any
    specimen: Any
    proof: Any
    dispute: Any
    attachment: Any
    enrolment: Any
    piece: Any

    member: Any
    invitation: Any
    join_request: Any


@dataclass(frozen=True, slots=True)
class Door:
    """What each actor is answered, by GET then by POST (nothing: the method is refused)."""

    name: str
    get: Answers | None
    post: Answers | None = None
    args: Callable[[World], list[Any]] = lambda world: []
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    settings: Mapping[str, Any] = field(default_factory=dict)


def everyone(answer: Answer) -> Answers:
    """The same answer to all."""
    return dict.fromkeys(ACTORS, answer)


def signed_in(answer: Answer) -> Answers:
    """The answer to all but who is not signed in."""
    return {**everyone(answer), "anonymous": LOGIN}


def _members(answer: Answer, **others: Answer) -> Answers:
    return {**signed_in(answer), **_STAFF, **others}


# Sent to their own side.
_STAFF: Answers = dict.fromkeys(("officer", "accountant", "ans"), AGENTS)
PUBLIC = everyone(OK)
# Their own page to the members of any supplier.
MEMBERS = _members(OK)
# An object of a supplier does not exist for another.
OWNERS = _members(OK, stranger=UNKNOWN)
# Readers may not deposit.
DEPOSITORS = _members(OK, reader=FORBIDDEN)
# Administrators only; what they send asks for their password again after a while.
ADMINISTRATORS = _members(OK, preparer=FORBIDDEN, reader=FORBIDDEN, stranger=UNKNOWN)
ADMINISTRATORS_AGAIN = _members(AGAIN, preparer=FORBIDDEN, reader=FORBIDDEN)
# The API knows keys, not people.
KEY_ONLY = everyone(401)
DEPOSITORS_MOVED = _members(MOVED, reader=FORBIDDEN)


def _deposit(world: World) -> list[Any]:
    return [world.deposit.key]


def _signed(world: World) -> list[Any]:
    return [world.deposit.key, world.signed.file.key]


def _specimen(world: World) -> list[Any]:
    return [world.specimen.pk]


def _proof(world: World) -> list[Any]:
    return [world.proof.pk]


def _dispute(world: World) -> list[Any]:
    return [world.dispute.pk]


def _solution(world: World) -> list[Any]:
    return [world.proof.solution_id]


def _request(world: World) -> list[Any]:
    return [world.request.number]


def _enrolment(world: World) -> list[Any]:
    return [world.enrolment.pk]


def _member(world: World) -> list[Any]:
    return [world.member.pk]


def _newcomers(answer: Answer) -> Answers:
    """Open to who has no account; the others are sent elsewhere."""
    return {**everyone(answer), "anonymous": OK}


_SIGN_UP: Answers = {**_newcomers("organisations"), **_STAFF}


_AGENTS_REFUSED = dict.fromkeys(("officer", "accountant", "ans"), FORBIDDEN)


DOORS: tuple[Door, ...] = (
    # ------------------------------------------------------------ the portal's ground
    Door(
        "home",
        {
            **everyone("dashboard"),
            "anonymous": OK,
            **dict.fromkeys(("officer", "accountant", "ans"), AGENTS),
        },
    ),
    Door("accessibility", PUBLIC),
    Door("legal", PUBLIC),
    Door("help", PUBLIC),
    Door("guide", PUBLIC),
    Door("contact", PUBLIC, PUBLIC),
    Door("healthz", PUBLIC),
    Door("verification", PUBLIC, PUBLIC, data=lambda world: {"code": world.document.code}),
    Door("issued_document", OWNERS, args=lambda world: [world.document.reference]),
    Door(
        "switch_supplier",
        None,
        {**signed_in(UNKNOWN), **dict.fromkeys(("legal", "preparer", "reader"), "dashboard")},
        data=lambda world: {"supplier": world.supplier.pk},
    ),
    Door(
        "move_clock", None, signed_in(UNKNOWN), data=lambda world: {"instant": "2026-10-01T09:00"}
    ),
    # ------------------------------------------------------------ account, organisation, members
    Door("sign_up_siret", _SIGN_UP, _SIGN_UP),
    Door("sign_up", _newcomers(MOVED), _newcomers(MOVED), args=lambda world: ["55208131766522"]),
    Door("invitation", everyone(GONE), everyone(GONE), args=lambda world: ["forged"]),
    Door("account_details", signed_in(OK), signed_in(OK)),
    Door(
        "organisations", {**signed_in(OK), **_AGENTS_REFUSED}, {**signed_in(OK), **_AGENTS_REFUSED}
    ),
    Door("members", MEMBERS),
    Door("member_invite", {**ADMINISTRATORS, "stranger": OK}, ADMINISTRATORS_AGAIN),
    Door("organisation_contact", {**ADMINISTRATORS, "stranger": OK}, ADMINISTRATORS_AGAIN),
    Door("member_change", ADMINISTRATORS, ADMINISTRATORS_AGAIN, args=_member),
    Door(
        "member_deed",
        ADMINISTRATORS,
        ADMINISTRATORS_AGAIN,
        args=lambda world: [world.member.pk, "retirer"],
    ),
    Door(
        "invitation_deed",
        None,
        ADMINISTRATORS_AGAIN,
        args=lambda world: [world.invitation.pk, "annuler"],
    ),
    Door("join_decide", None, ADMINISTRATORS_AGAIN, args=lambda world: [world.join_request.pk]),
    Door("demonstration_mails", everyone(UNKNOWN)),
    Door("api_tokens", {**ADMINISTRATORS, "stranger": OK}, ADMINISTRATORS_AGAIN),
    Door("api_token_revoke", None, ADMINISTRATORS_AGAIN, args=lambda world: [1]),
    # ------------------------------------------------------------ API: a session opens nothing
    Door("documentation_api", PUBLIC),
    Door("api_schema", PUBLIC),
    Door("api_deposits", KEY_ONLY, KEY_ONLY),
    Door("api_deposit", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_deposit_pieces", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_deposit_file_without", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_deposit_abandon", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_deposit_report", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_deposit_correction", KEY_ONLY, KEY_ONLY, args=_deposit),
    Door("api_requests", KEY_ONLY, KEY_ONLY),
    Door("api_request", KEY_ONLY, KEY_ONLY, args=_request),
    Door("api_simulations", KEY_ONLY, KEY_ONLY),
    # ------------------------------------------------------------ notifications
    Door("notifications", signed_in(OK)),
    Door("notifications_read", None, signed_in("notifications")),
    Door(
        "notification_open",
        None,
        {**signed_in(UNKNOWN), "legal": "dashboard"},
        args=lambda world: [world.notification.pk],
    ),
    Door("notification_preferences", signed_in(OK), signed_in(OK)),
    # ------------------------------------------------------------ enrolments
    Door("enrolment_list", MEMBERS),
    Door("enrolment_start", None, DEPOSITORS_MOVED, args=lambda world: ["SONS-MDV-LGC-Va2"]),
    Door("enrolment_detail", OWNERS, args=_enrolment),
    Door(
        "enrolment_step",
        {**OWNERS, "reader": MOVED},
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [world.enrolment.pk, "documents"],
    ),
    Door(
        "enrolment_change",
        {**OWNERS, "reader": MOVED},
        {**OWNERS, "reader": FORBIDDEN},
        args=lambda world: [world.enrolment.pk],
    ),
    Door(
        "enrolment_solutions",
        None,
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [world.enrolment.pk],
        data=lambda world: {"solution": world.enrolment.solutions.get().pk},
    ),
    Door(
        "enrolment_document",
        None,
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [world.enrolment.pk, "identity"],
    ),
    Door(
        "enrolment_solution_document",
        None,
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [
            world.enrolment.pk,
            "certificate",
            world.enrolment.solutions.get().pk,
        ],
    ),
    Door("enrolment_document_file", OWNERS, args=lambda world: [world.piece.key]),
    Door("bank_details", MEMBERS),
    # The password is asked again first.
    Door("bank_change", _members(AGAIN), _members(AGAIN)),
    Door(
        "bank_cancel",
        None,
        _members(MOVED, preparer=FORBIDDEN, reader=FORBIDDEN),
    ),
    # ------------------------------------------------------------ dashboard, rules, documentation
    Door("dashboard", MEMBERS),
    Door("rules", PUBLIC),
    Door("documentation", PUBLIC),
    Door("documentation_detail", PUBLIC, args=lambda world: ["ris", "avance"]),
    Door("documentation_model", PUBLIC, args=lambda world: ["ris", "avance", "pre-rempli"]),
    # ------------------------------------------------------------ models of documents
    Door("specimen_list", MEMBERS),
    Door("specimen_new", DEPOSITORS, DEPOSITORS),
    Door("specimen_detail", OWNERS, args=_specimen),
    Door(
        "specimen_version",
        {**DEPOSITORS, "stranger": UNKNOWN, "legal": UNKNOWN, "preparer": UNKNOWN},
        {**DEPOSITORS, "stranger": UNKNOWN, "legal": UNKNOWN, "preparer": UNKNOWN},
        args=_specimen,
    ),
    Door("specimen_file", OWNERS, args=_specimen),
    Door("specimen_withdraw", None, {**DEPOSITORS_MOVED, "stranger": UNKNOWN}, args=_specimen),
    Door("model_list", PUBLIC),
    Door("model_blank", everyone(MOVED), args=lambda world: ["purchase-order", "ris"]),
    Door("model_blank_all", everyone(MOVED), args=lambda world: ["mandate"]),
    Door("model_fill", DEPOSITORS, DEPOSITORS),
    Door("model_rows", MEMBERS),
    Door(
        "model_of_request",
        None,
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=_request,
    ),
    # ------------------------------------------------------------ deposits, requests, simulator
    Door("deposit_list", MEMBERS),
    Door("deposit_new", DEPOSITORS, DEPOSITORS),
    Door("deposit_detail", OWNERS, args=_deposit),
    Door("deposit_progress", OWNERS, args=_deposit),
    Door("deposit_pieces", None, {**DEPOSITORS, "stranger": UNKNOWN}, args=_deposit),
    Door(
        "deposit_giving",
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [world.deposit.key, "abandonner"],
    ),
    Door(
        "deposit_withdraw",
        None,
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=lambda world: [world.deposit.key, world.signed.archive_id],
    ),
    Door("deposit_csv", OWNERS, args=_deposit),
    Door("deposit_json", OWNERS, args=_deposit),
    Door("deposit_correction", OWNERS, args=_deposit),
    Door("deposit_file", OWNERS, args=_deposit),
    Door("deposit_document", OWNERS, args=_signed),
    Door("deposit_reading", OWNERS, args=_signed),
    Door("deposit_page", OWNERS, args=lambda world: [*_signed(world), 1]),
    Door("request_list", MEMBERS),
    Door("request_export", MEMBERS),
    Door("balance_due", MEMBERS),
    Door("calendar_page", MEMBERS, MEMBERS),
    Door("calendar_feed", everyone(UNKNOWN), args=lambda world: ["forged"]),
    Door("request_messages", OWNERS, OWNERS, args=_request),
    Door(
        "message_file",
        OWNERS,
        args=lambda world: [world.request.number, world.attachment.pk],
    ),
    Door("dispute_list", MEMBERS),
    # KO for another reason than uniqueness: nothing to contest.
    Door(
        "dispute_new",
        _members(UNKNOWN, reader=FORBIDDEN),
        _members(UNKNOWN, reader=FORBIDDEN),
        args=lambda world: [world.deposit.key, 2],
    ),
    # Not opened: it does not exist for the stranger, whose order it is.
    Door("dispute_detail", OWNERS, OWNERS, args=_dispute),
    Door("dispute_withdraw", None, {**DEPOSITORS_MOVED, "stranger": UNKNOWN}, args=_dispute),
    Door(
        "dispute_file",
        OWNERS,
        args=lambda world: [world.dispute.pk, world.dispute.parts.get().pk],
    ),
    Door("pilot_list", MEMBERS),
    Door("pilot_campaign", OWNERS, args=_solution),
    Door(
        "pilot_training",
        {**DEPOSITORS, "stranger": UNKNOWN},
        {**DEPOSITORS, "stranger": UNKNOWN},
        args=_solution,
    ),
    # The request of the table is not accepted: nobody proves anything with it.
    Door(
        "pilot_report",
        _members(UNKNOWN, reader=FORBIDDEN),
        _members(UNKNOWN, reader=FORBIDDEN),
        args=_request,
    ),
    Door("pilot_detail", OWNERS, args=_proof),
    Door(
        "pilot_replace",
        {**DEPOSITORS, "stranger": UNKNOWN},
        {**DEPOSITORS, "stranger": UNKNOWN},
        args=_proof,
    ),
    Door("pilot_file", OWNERS, args=_proof),
    Door("pilot_withdraw", None, {**DEPOSITORS_MOVED, "stranger": UNKNOWN}, args=_proof),
    Door("payment_list", MEMBERS),
    Door("ledger_export", MEMBERS),
    Door("request_detail", OWNERS, args=_request),
    # Nothing to correct: back to the request.
    Door(
        "request_correction",
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        {**DEPOSITORS_MOVED, "stranger": UNKNOWN},
        args=_request,
    ),
    Door("simulator", DEPOSITORS, DEPOSITORS),
    Door("search", MEMBERS),
)
