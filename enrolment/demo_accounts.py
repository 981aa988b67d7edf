"""The accounts of the demonstration: listed on its sign-in page, created by its data loader.

They exist in demonstration mode only. The loader marks each address verified (allauth asks for
it), gives the officers their schemes and makes each member of the organisations named here.
"""

from __future__ import annotations

from dataclasses import dataclass

from enrolment.enums import MemberRole, UserKind
from segur_portal.common.enums import SchemeCode

DEMO_PASSWORD = "demonstration-2026"  # noqa: S105 - published on the demonstration's sign-in page


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account. `memberships` are (organisation, role) pairs, the first acted for by default;
    `schemes` those an officer instructs."""

    email: str
    label: str
    kind: UserKind = UserKind.SUPPLIER
    memberships: tuple[tuple[str, MemberRole], ...] = ()
    schemes: tuple[SchemeCode, ...] = ()
    is_superuser: bool = False
    password: str = DEMO_PASSWORD

    @property
    def is_staff(self) -> bool:
        """Whether the account works on the officers' side."""
        return self.kind != UserKind.SUPPLIER


IMAGING_EDITOR = "imagerie"
DOCTORS_EDITOR = "medecins"
DISTRIBUTOR = "distributeur"
ASSOCIATION = "association"
ALL_SCHEMES = tuple(SchemeCode)

DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "imagerie@demo.fr",
        "Éditeur RIS et DRIMbox, représentant légal",
        memberships=((IMAGING_EDITOR, MemberRole.LEGAL_REPRESENTATIVE),),
    ),
    DemoAccount(
        "preparateur@demo.fr",
        "Même éditeur, préparateur : dépose",
        memberships=((IMAGING_EDITOR, MemberRole.PREPARER),),
    ),
    DemoAccount(
        "lecteur@demo.fr",
        "Même éditeur, lecteur : consulte",
        memberships=((IMAGING_EDITOR, MemberRole.READER),),
    ),
    DemoAccount(
        "medecins@demo.fr",
        "Éditeur d’un logiciel pour médecins de ville",
        memberships=((DOCTORS_EDITOR, MemberRole.LEGAL_REPRESENTATIVE),),
    ),
    DemoAccount(
        "distributeur@demo.fr",
        "Distributeur, membre de deux organisations",
        memberships=(
            (DISTRIBUTOR, MemberRole.LEGAL_REPRESENTATIVE),
            (ASSOCIATION, MemberRole.PROXY),
        ),
    ),
    DemoAccount(
        "gestionnaire@demo.fr",
        "Gestionnaire ASP, tous les dispositifs",
        kind=UserKind.OFFICER,
        schemes=ALL_SCHEMES,
    ),
    DemoAccount(
        "gestionnaire.imagerie@demo.fr",
        "Gestionnaire ASP, imagerie seulement",
        kind=UserKind.OFFICER,
        schemes=(SchemeCode.RIS, SchemeCode.DB),
    ),
    DemoAccount("comptable@demo.fr", "Agent comptable de l’ASP", kind=UserKind.ACCOUNTANT),
    DemoAccount("ans@demo.fr", "Agent ANS", kind=UserKind.ANS),
    DemoAccount(
        "admin@demo.fr",
        "Administrateur du portail",
        kind=UserKind.OFFICER,
        schemes=ALL_SCHEMES,
        is_superuser=True,
    ),
)
