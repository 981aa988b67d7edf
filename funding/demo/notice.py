"""README.txt of the sample files, in French: what each is for, who deposits it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from enrolment.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD, DOCTORS_EDITOR, IMAGING_EDITOR
from segur_portal.common.enums import SchemeCode
from segur_portal.common.french import instant

from .organisations import BY_KEY
from .scenarios import FOLDER, SCENARIOS, Scenario

_DEPOSITORS = {
    SchemeCode.MDV: DOCTORS_EDITOR,
    SchemeCode.RIS: IMAGING_EDITOR,
    SchemeCode.DB: IMAGING_EDITOR,
}
_HEAD = f"""\
FICHIERS D’EXEMPLE DU PORTAIL
=============================

Tous les noms, numéros et montants sont inventés ; les clés de contrôle sont justes. Les fichiers
sont faits pour la date de démonstration, le 15/09/2026 : à une autre date, certaines réponses
changent. Mot de passe de tous les comptes : {DEMO_PASSWORD}

Pour chaque dispositif, avances (AVANCE_…) et soldes (SOLDE_…) :

  …_001.json  tout est juste : toutes les demandes sont intégrées, sans alerte.
  …_002.json  chaque règle et chaque défaut de structure, une fois : une demande par code, les
              autres demandes du fichier sont intégrées. Dans le fichier des soldes, la demande
              qui reprend une référence (REF-001) est aussi la seule qui réponde à une avance déjà
              soldée (SOL-001) ; dans celui des DRIMbox, elle reprend aussi le PACS (UNI-008).
  …_003.json  fichier coupé au tiers : refusé en entier (FIC-005).
  …_004.json  avances RIS seulement : le fichier est juste, ses documents non : signature rompue,
              document numérisé, mot de passe, document absent, document mal nommé.

Chaque fichier a son ZIP de documents signés, du même nom : déposez les deux ensemble, ou l’un après
l’autre. Sans son ZIP, un dépôt reste incomplet : il n’est pas déposé.

Les fichiers 001 et 002 se déposent dans l’ordre que l’on veut, chacun une fois. Déposés de
nouveau, leurs demandes intégrées sont reconnues (« déjà intégrée »).
"""
_TAIL = """\
Base des clients éligibles, dossier base/ :

  lendemain/   la base du 16/09/2026 : quelques clients entrent, sortent ou changent.
  quarantaine/ une base du 16/09/2026 à laquelle manque un client sur huit : l’import la met en
               quarantaine et la base en vigueur ne change pas.

Reconstruire la démonstration : make demo
Simuler un fichier sans navigateur :
  python manage.py simulate FICHIER --supplier SIRET [--as-of 2026-11-10T12:00:01]
"""


def write_notice(folder: Path) -> None:
    """Write README.txt."""
    (folder / "README.txt").write_text("\n".join(_lines()), encoding="utf-8")


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "Qui dépose :\n"
    for scheme, key in _DEPOSITORS.items():
        organisation = BY_KEY[key]
        yield f"  {scheme:<17} {_account(key):<22} {organisation.name}, SIRET {organisation.siret}"
    yield f"\nCe que montre le déposant ou la date, dossier {FOLDER}/ :\n"
    for scenario in SCENARIOS:
        yield from _scenario(scenario)
    yield _TAIL


def _account(key: str) -> str:
    """The first published account that deposits for an organisation."""
    return next(
        account.email
        for account in DEMO_ACCOUNTS
        if any(supplier == key for supplier, _ in account.memberships)
    )


def _scenario(scenario: Scenario) -> Iterator[str]:
    organisation = BY_KEY[scenario.organisation]
    yield f"  {scenario.name}"
    yield f"    {', '.join(sorted(scenario.codes))} : {scenario.explanation}"
    yield f"    {_account(scenario.organisation)} pour {organisation.name}"
    if scenario.as_of:
        yield f"    à simuler comme si c’était {instant(scenario.as_of)}"
    elif scenario.is_deposit:
        yield "    à déposer : le simulateur ne le montre pas"
    yield ""
