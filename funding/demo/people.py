"""Putting the organisations in place: accounts, suppliers, solutions, mandates, enrolments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from enrolment.actions import move_enrolment, sync_groups
from enrolment.demo_accounts import (
    ASSOCIATION,
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    DemoAccount,
)
from enrolment.enums import MemberRole, UserKind
from enrolment.models import (
    Distribution,
    Enrolment,
    Membership,
    OfficerAssignment,
    Solution,
    Supplier,
    User,
)
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode

from .enrolment_papers import Paperwork
from .layouts import issue_models, review_layouts
from .organisations import (
    BY_KEY,
    COMPETITOR,
    ENROLMENTS,
    MANDATES,
    ORGANISATIONS,
    SOFTWARE,
    EnrolmentPlan,
    Software,
)

OPENING = date(2025, 5, 12)
_NAMES = {
    "imagerie@demo.fr": ("Hélène", "Vasseur"),
    "preparateur@demo.fr": ("Karim", "Benali"),
    "lecteur@demo.fr": ("Sophie", "Delmas"),
    "medecins@demo.fr": ("Antoine", "Lefèvre"),
    "distributeur@demo.fr": ("Nadia", "Le Goff"),
    "gestionnaire@demo.fr": ("Claire", "Fontaine"),
    "gestionnaire.imagerie@demo.fr": ("Marc", "Rousselet"),
    "comptable@demo.fr": ("Isabelle", "Carpentier"),
    "ans@demo.fr": ("Thomas", "Girault"),
    "admin@demo.fr": ("Administration", "du portail"),
}


@dataclass
class Cast:
    """Who plays: suppliers and their first member by key, solutions, agents by e-mail address."""

    suppliers: dict[str, Supplier] = field(default_factory=dict)
    depositors: dict[str, User] = field(default_factory=dict)
    solutions: dict[Software, Solution] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    @property
    def officer(self) -> User:
        """The officer of every scheme."""
        return self.users["gestionnaire@demo.fr"]

    @property
    def imaging_officer(self) -> User:
        """The officer of the imaging schemes."""
        return self.users["gestionnaire.imagerie@demo.fr"]

    @property
    def accountant(self) -> User:
        """The accounting officer."""
        return self.users["comptable@demo.fr"]

    def depositor_of(self, supplier_id: int) -> User:
        """The first member of a supplier."""
        key = next(key for key, one in self.suppliers.items() if one.pk == supplier_id)
        return self.depositors[key]

    def officer_of(self, scheme: str, rank: int) -> User:
        """An officer assigned to the scheme; two share the imaging ones."""
        is_shared = scheme != SchemeCode.MDV and rank % 2
        return self.imaging_officer if is_shared else self.officer


def morning(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of that day in Paris."""
    return clock.paris_instant(day, time(hour, minute))


def put_in_place() -> Cast:
    """Create everybody and everything that deposits need. Returns the cast."""
    cast = Cast()
    with clock.frozen_at(morning(OPENING)):
        _create_suppliers(cast)
        _create_accounts(cast)
        _create_solutions(cast)
        issue_models()
    for plan in ENROLMENTS:
        _play_enrolment(cast, plan)
    _play_change(cast)
    review_layouts(cast.suppliers, cast.depositors, cast.officer)
    return cast


def _create_suppliers(cast: Cast) -> None:
    for organisation in ORGANISATIONS:
        cast.suppliers[organisation.key] = Supplier.objects.create(
            siret=organisation.siret,
            name=organisation.name,
            is_vat_subject=organisation.is_vat_subject,
            osu_granted_on=organisation.osu_granted_on,
            contact_email=organisation.email,
        )
    Supplier.objects.update(created_at=clock.now())


def _create_accounts(cast: Cast) -> None:
    """The published accounts, and a member for organisations that would have none."""
    password = make_password(DEMO_PASSWORD)
    for account in DEMO_ACCOUNTS:
        cast.users[account.email] = _create_account(cast, account, password)
    for key in (ASSOCIATION, COMPETITOR):
        cast.depositors[key] = _create_account(
            cast,
            DemoAccount(
                BY_KEY[key].email,
                BY_KEY[key].name,
                memberships=((key, MemberRole.LEGAL_REPRESENTATIVE),),
            ),
            make_password(None),
        )
    sync_groups()


def _create_account(cast: Cast, account: DemoAccount, password: str) -> User:
    first_name, last_name = _NAMES.get(account.email, ("Direction", "générale"))
    user = User.objects.create(
        email=account.email,
        password=password,
        first_name=first_name,
        last_name=last_name,
        kind=account.kind,
        is_staff=account.is_staff,
        is_superuser=account.is_superuser,
        date_joined=clock.now(),
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for key, role in account.memberships:
        Membership.objects.create(
            user=user,
            supplier=cast.suppliers[key],
            role=role,
            is_administrator=role == MemberRole.LEGAL_REPRESENTATIVE,
        )
        cast.depositors.setdefault(key, user)
    if account.kind == UserKind.OFFICER:
        OfficerAssignment.objects.bulk_create(
            OfficerAssignment(user=user, scheme_id=scheme) for scheme in account.schemes
        )
    return user


def _create_solutions(cast: Cast) -> None:
    for software in SOFTWARE:
        cast.solutions[software] = Solution.objects.create(
            scheme_id=software.scheme,
            editor=cast.suppliers[software.editor],
            name=software.name,
            version=software.version,
            reference_number=software.number,
            file_submitted_on=software.submitted_on,
            referenced_on=software.referenced_on,
        )
    for mandate in MANDATES:
        Distribution.objects.create(
            solution=cast.solutions[mandate.software],
            distributor=cast.suppliers[mandate.distributor],
            declared_on=mandate.starts_on,
            mandate_accepted_on=mandate.starts_on + timedelta(days=9),
            mandate_starts_on=mandate.starts_on,
            mandate_ends_on=mandate.ends_on,
            covers_osu=mandate.covers_osu,
        )


def _play_enrolment(cast: Cast, plan: EnrolmentPlan) -> None:
    begun = morning(plan.steps[0].on if plan.steps else date(2026, 9, 11), 9)
    enrolment = Enrolment.objects.create(
        supplier=cast.suppliers[plan.organisation],
        scheme_id=plan.scheme,
        uses_own_order_layout=plan.uses_own_layout,
    )
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=begun)
    enrolment.solutions.set([cast.solutions[software] for software in plan.software])
    paperwork = Paperwork(enrolment, cast.depositors[plan.organisation], cast.officer)
    with clock.frozen_at(begun):
        paperwork.fill()
    for rank, step in enumerate(plan.steps):
        is_ours = step.move in ("submit", "finalise", "resubmit")
        with clock.frozen_at(morning(step.on, 11, 7 * rank)):
            paperwork.before(step.move)
            if is_ours and paperwork.is_complete():
                paperwork.send()
                continue
            move_enrolment(
                enrolment,
                step.move,
                actor=cast.depositors[plan.organisation] if is_ours else cast.officer,
                role="supplier" if is_ours else "officer",
                reason_code=step.reason_code,
                note=step.note,
            )


def _play_change(cast: Cast) -> None:
    """One change waits for an officer: the association has another legal representative."""
    enrolment = Enrolment.objects.select_related("scheme", "supplier").get(
        supplier=cast.suppliers[ASSOCIATION], scheme=SchemeCode.MDV
    )
    with clock.frozen_at(morning(date(2026, 9, 10), 15)):
        papers = Paperwork(enrolment, cast.depositors[ASSOCIATION], cast.officer)
        papers.declare_change("Solène Arzur")
