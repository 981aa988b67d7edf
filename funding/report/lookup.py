"""The answer to a search: where an identifier of this supplier stands, or why it is not found.

Never says anything of another supplier: only this supplier's rows and the eligible-clients base
are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from enrolment.models import Supplier
from funding.enums import Outcome
from funding.models import Deposit, DepositLine, FundingRequest
from orders.queries import rows_for
from segur_portal.common.french import listed, typographic
from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind, clean
from segur_portal.common.models import Scheme

SHOWN = 20
_BASE_KINDS = {
    IdentifierKind.SIREN: "SIREN",
    IdentifierKind.FINESS: "FINESS",
    IdentifierKind.RPPS: "RPPS",
    IdentifierKind.AM: "AM",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found; when it found nothing, `reasons` say why."""

    text: str
    requests: Sequence[FundingRequest] = ()
    request_count: int = 0
    ko_lines: Sequence[DepositLine] = ()
    deposits: Sequence[Deposit] = ()
    reasons: Sequence[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this supplier answers the search."""
        return not (self.requests or self.ko_lines or self.deposits)


def forms_of(text: str) -> list[str]:
    """The writings of an identifier that a search accepts: as typed, cleaned, repaired."""
    cleaned = clean(text)
    repaired = (IDENTIFIERS[kind].propose(text) for kind in _BASE_KINDS)
    forms = dict.fromkeys([text, cleaned, *(form for form in repaired if form)])
    if IDENTIFIERS[IdentifierKind.SIRET].is_valid(cleaned):
        forms[cleaned[:9]] = None
    return list(forms)


def find(supplier: Supplier, text: str) -> Answer:
    """Everything of this supplier that the text names. Seven queries at most, none on the base."""
    forms = forms_of(text)
    requests = FundingRequest.objects.of(supplier).matching(text, forms)
    lines = DepositLine.objects.of(supplier).naming(forms).filter(outcome=Outcome.KO)
    deposits = Deposit.objects.of(supplier).matching(text)
    shown = list(requests.select_related("scheme").hand_first()[:SHOWN])
    return Answer(
        text=text,
        requests=shown,
        request_count=requests.count() if len(shown) == SHOWN else len(shown),
        ko_lines=list(lines.select_related("deposit").order_by("-deposit__received_at")[:SHOWN]),
        deposits=list(deposits.order_by("-received_at")[:SHOWN]),
    )


def reasons_not_found(text: str, *, on: date) -> list[str]:
    """Why no request is found: not an identifier, absent from the base, or simply not asked."""
    named = list(_identifiers(text))
    if not named:
        return [typographic(_not_an_identifier(text))]
    return [typographic(sentence) for sentence in _in_the_base(named, on)]


def may_be_identifier(text: str) -> bool:
    """Whether the base could know this text: only then is it asked."""
    return any(True for _ in _identifiers(text))


def _identifiers(text: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of the base that the text may be."""
    for form in forms_of(text):
        for kind, name in _BASE_KINDS.items():
            if IDENTIFIERS[kind].is_valid(form):
                yield name, form


def _in_the_base(named: Sequence[tuple[str, str]], on: date) -> Iterator[str]:
    present: list[str] = []
    for scheme in Scheme.objects.all():
        kinds = listed(kind for kind, _ in rows_for(scheme.code, named, on))
        if kinds:
            present.append(f"{scheme.short_name} ({kinds})")
    if present:
        yield (
            f"Il est dans la base des clients éligibles : {listed(present)}. "
            "Aucun de vos dépôts ne le cite : la demande n’a pas encore été déposée."
        )
    else:
        yield (
            "Il n’est dans la base des clients éligibles d’aucun dispositif : une demande qui le "
            "cite serait refusée (ELI-001). Vérifiez le numéro auprès de votre client."
        )


def _not_an_identifier(text: str) -> str:
    """What is wrong with a number; or that the text names nothing of this supplier."""
    cleaned = clean(text)
    if sum(char.isdigit() for char in cleaned) < 7 or not cleaned.isalnum():
        return (
            "Aucun numéro de dossier, aucune référence, aucun client et aucun fichier de vos "
            "dépôts ne correspond. Essayez un SIREN, un FINESS, un RPPS ou un numéro d’AM."
        )
    by_length = (
        kind for kind in _BASE_KINDS if IDENTIFIERS[kind].length in (len(cleaned), len(cleaned) + 1)
    )
    kind = next(by_length, IdentifierKind.SIREN)
    explanation = IDENTIFIERS[kind].explain(cleaned)
    reason = explanation.reason if explanation else "il n’a pas la bonne forme"
    return (
        f"Ce numéro n’est ni un SIREN, ni un FINESS, ni un RPPS, ni un numéro d’AM valide "
        f"({IDENTIFIERS[kind].label} : {reason}). Vérifiez les chiffres."
    )
