"""Every rule of the programme, in one ordered catalogue: intake, public page and docs read it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from enrolment import rules as supplier
from orders.rules import eligibility, uniqueness
from segur_portal.common.rules import Catalogue, Rule

from . import amounts, balance, calendar, documents, hold, pilots, reference

CATALOGUE = Catalogue(
    reference.RULES,
    calendar.RULES,
    supplier.RULES,
    eligibility.RULES,
    uniqueness.RULES,
    hold.RULES,
    amounts.RULES,
    pilots.RULES,
    balance.RULES,
    documents.RULES,
)

# To be raised when a check changes without its texts: a request remembers what it was judged on.
REVISION = 1


def _version(catalogue: Catalogue) -> str:
    """The revision and a short hash of what the rules say; stable between machines."""
    digest = hashlib.sha256()
    for rule in sorted(catalogue, key=lambda rule: rule.code):
        parts = (rule.code, rule.severity.value, rule.title, rule.message)
        digest.update("\x1f".join((*parts, "")).encode())
    return f"{REVISION}-{digest.hexdigest()[:12]}"


RULES_VERSION = _version(CATALOGUE)

FAMILY_TITLES = {
    "REF": "Référence de la demande",
    "CAL": "Calendrier",
    "ENR": "Fournisseur et enrôlement",
    "ELI": "Éligibilité des clients",
    "UNI": "Unicité des commandes",
    "ATT": "Mise en attente des demandes DRIMbox",
    "MNT": "Montants",
    "PIL": "Pilotes",
    "SOL": "Demande de solde",
    "DOC": "Documents signés",
}


@dataclass(frozen=True, slots=True)
class Family:
    """Rules of one prefix, as the public page and the docs show them."""

    prefix: str
    title: str
    rules: tuple[Rule[Any], ...]


def families() -> list[Family]:
    """The families in catalogue order, each with its rules."""
    return [
        Family(prefix, title, tuple(rule for rule in CATALOGUE if rule.code[:3] == prefix))
        for prefix, title in FAMILY_TITLES.items()
    ]


# What stands for a placeholder where there is no request: optional parts vanish.
_STAND_INS = {
    "label": "Le numéro",
    "by": "une autre commande",
    "words": "HT ou TTC",
    "slot": "",
    "mark": "",
    "until": "",
    "whose": "",
}


def without_values(text: str) -> str:
    """A message or an advice as the public page shows it: `…` where a request gives a value."""
    shown = re.sub(r"\{(\w+)\}", lambda match: _STAND_INS.get(match[1], "…"), text)
    return re.sub(r"…\.$", "…", shown)
