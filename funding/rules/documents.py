"""The signed documents of a request (DOC, domain page section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from segur_portal.common.french import listed, number
from segur_portal.common.money import in_french
from segur_portal.common.rules import Breach, Finding, Rule, Severity

_SHOWN = 6
# What the pointers of amounts bear, whose values are written as people read them.
_AMOUNT = "/montant"
_CHANGED = "Le document a été modifié après sa signature."
_ZIP_NAME = (
    "Nommez-le « {expected} », avec ses majuscules, et placez-le une seule fois dans un ZIP."
)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document that a request names: where it was found, and what its reading gave.

    `places` are the ZIP files that hold that name; `near` is a file nobody asked for with a name
    like it; `refused_archives` the ZIP files refused whole. `entry_fault` and `faults` are
    (message, advice). `signature` is `none`, `unverified`, `verified` or `altered`. `missing` are
    (pointer, label, value) found nowhere in the text; `citations` the numbers of layouts found in
    it (ENR-005 judges them). `is_read` is False for a file not read.
    """

    pointer: str
    name: str
    label: str
    is_electronic: bool = False
    places: tuple[str, ...] = ()
    near: str = ""
    refused_archives: tuple[str, ...] = ()
    entry_fault: tuple[str, str] | None = None
    is_read: bool = False
    faults: tuple[tuple[str, str], ...] = ()
    has_text: bool = True
    signature: str = "none"
    signature_details: tuple[str, ...] = ()
    missing: tuple[tuple[str, str, str], ...] = ()
    citations: tuple[str, ...] = ()


def _is_there(facts: DocumentFacts) -> Iterator[Breach]:
    """DOC-001: the file is in one ZIP of the deposit, once, under exactly that name."""
    values = {"name": facts.name, "document": facts.label}
    if len(facts.places) > 1:
        yield Breach(
            facts.pointer,
            found=f"{facts.name}, dans {listed(facts.places)}",
            expected=facts.name,
            values=values,
            message="Le {document} « {name} » est dans plusieurs ZIP du dépôt.",
            advice="Ne gardez « {name} » que dans un seul ZIP, puis déposez de nouveau.",
        )
    elif not facts.places and facts.near:
        yield Breach(
            facts.pointer,
            found=facts.near,
            expected=facts.name,
            values={**values, "near": facts.near},
            message="Le {document} « {name} » manque ; un fichier « {near} » lui ressemble.",
            advice=_ZIP_NAME,
        )
    elif not facts.places and facts.refused_archives:
        yield Breach(
            facts.pointer,
            expected=facts.name,
            values={**values, "refused": listed(facts.refused_archives)},
            message="Le {document} « {name} » manque ; le ZIP {refused} n’a pas pu être ouvert.",
            advice="Refaites ce ZIP comme l’explique la page du dépôt, puis déposez de nouveau.",
        )
    elif not facts.places:
        yield Breach(facts.pointer, expected=facts.name, values=values)


def _is_safe(facts: DocumentFacts) -> Iterator[Breach]:
    """DOC-005: its entry in the ZIP can be opened without danger."""
    if facts.entry_fault:
        message, advice = facts.entry_fault
        yield Breach(
            facts.pointer,
            found=facts.name,
            expected="un ZIP simple : des PDF sans dossier, sans lien et sans mot de passe",
            values={"name": facts.name, "what": message, "advice": advice},
            message="« {name} » ne peut pas être accepté. {what}",
            advice="{advice}",
        )


def _is_readable(facts: DocumentFacts) -> Iterator[Breach]:
    """DOC-002: a readable, unencrypted PDF without active content, within the limits."""
    for message, advice in facts.faults:
        yield Breach(
            facts.pointer,
            found=facts.name,
            expected="un PDF lisible, sans protection ni contenu actif",
            values={"name": facts.name, "what": message, "advice": advice},
            message="« {name} » ne peut pas être accepté. {what}",
            advice="{advice}",
        )


def _is_signed(facts: DocumentFacts) -> Iterator[Breach]:
    """DOC-003: a document declared electronically signed bears a signature left untouched."""
    if not facts.is_read:
        return
    values = {
        "document": facts.label,
        "name": facts.name,
        "why": " ".join(facts.signature_details) or _CHANGED,
    }
    if facts.signature == "altered":
        yield Breach(
            facts.pointer,
            found="signature rompue",
            expected="un document inchangé depuis sa signature",
            values=values,
            message="La signature électronique du {document} « {name} » est rompue. {why}",
            advice="Déposez l’original signé, tel que l’outil de signature l’a produit.",
        )
    elif facts.is_electronic and facts.signature == "none":
        yield Breach(
            facts.pointer,
            found="aucune signature électronique",
            expected="une signature électronique, ou « MANUSCRITE »",
            values=values,
        )


def _agrees(facts: DocumentFacts) -> Iterator[Breach]:
    """DOC-004: what the request says is found in the text of the document.

    A scan has no text: a person looks, and that is no fault.
    """
    if not facts.is_read:
        return
    if not facts.has_text:
        yield Breach(
            facts.pointer,
            found="un document numérisé, sans texte",
            expected="un PDF dont le texte peut être lu",
            values={"document": facts.label, "name": facts.name},
            message="Le {document} « {name} » est numérisé : il sera contrôlé à l’œil.",
            advice="Rien à faire ; un PDF produit par votre logiciel serait contrôlé sans attente.",
        )
        return
    for pointer, label, written in facts.missing[:_SHOWN]:
        value = in_french(Decimal(written)) if _AMOUNT in pointer else written
        yield Breach(
            pointer or facts.pointer,
            found="introuvable dans le document",
            expected=value,
            values={"document": facts.label, "name": facts.name, "what": label, "value": value},
        )
    left = len(facts.missing) - _SHOWN
    if left > 0:
        yield Breach(
            facts.pointer,
            found="introuvables dans le document",
            expected=f"{number(left)} autres valeurs",
            values={"document": facts.label, "name": facts.name, "count": number(left)},
            message="{count} autres valeurs de la demande sont introuvables dans « {name} ».",
        )


RULES: tuple[Rule[DocumentFacts], ...] = (
    Rule(
        code="DOC-001",
        severity=Severity.KO,
        title="Chaque document nommé par la demande est dans un ZIP du dépôt, une seule fois",
        message="Le {document} « {name} » n’est dans aucun ZIP du dépôt.",
        advice=_ZIP_NAME,
        source="Domaine, section 6, Documents ; webinaire, « Format de dépôt »",
        check=_is_there,
    ),
    Rule(
        code="DOC-002",
        severity=Severity.KO,
        title="Le document est un PDF lisible, non chiffré, sans contenu actif",
        message="« {name} » n’est pas un PDF lisible, sans protection ni contenu actif.",
        advice="Exportez de nouveau le document en PDF, sans protection, puis déposez-le.",
        source="Domaine, section 6, Documents",
        check=_is_readable,
        note="Un PDF abîmé n’est jamais réparé ; 50 pages et 20 Mio au plus.",
    ),
    Rule(
        code="DOC-003",
        severity=Severity.ALERT,
        title="Un document déclaré signé électroniquement porte une signature intacte",
        message="Le {document} « {name} » est déclaré signé électroniquement, sans l’être.",
        advice="Déposez l’original signé, ou indiquez « MANUSCRITE » dans typeSignature.",
        source="Domaine, section 6, Documents ; webinaire, « Bon de commande »",
        check=_is_signed,
        note=(
            "Le portail distingue quatre cas : aucune signature, signature intacte d’un "
            "signataire non vérifié, signature vérifiée, document modifié après signature."
        ),
    ),
    Rule(
        code="DOC-004",
        severity=Severity.ALERT,
        title="Le texte du document montre les mentions et les valeurs de la demande",
        message="{what} : « {value} » est introuvable dans le {document} « {name} ».",
        advice="Vérifiez que le document déposé est le bon et que la demande lui est conforme.",
        source="Domaine, section 6, Documents",
        check=_agrees,
        note="Un document numérisé n’a pas de texte : il est contrôlé à l’œil, jamais refusé.",
    ),
    Rule(
        code="DOC-005",
        severity=Severity.KO,
        title="Le ZIP est neuf et sans danger : ni dossier, ni lien, ni mot de passe, ni piège",
        message="« {name} » ne peut pas être extrait du ZIP sans danger.",
        advice="Refaites le ZIP à partir des seuls PDF, sous un nouveau nom, puis déposez-le.",
        source="Domaine, section 6, Documents ; webinaire, « Format de dépôt »",
        check=_is_safe,
        note="Le nom d’un ZIP dont une demande a été intégrée ne peut plus servir.",
    ),
)


def archive_finding(name: str, message: str, advice: str) -> Finding:
    """What is said of a ZIP refused whole, or whose name cannot be used (DOC-005)."""
    return Finding(
        code="DOC-005",
        severity=Severity.KO,
        message=message,
        advice=advice,
        found=name,
        expected="un ZIP au nom neuf, fait des seuls PDF",
    )
