"""What a request says of its documents: their names, and the values that they must show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segur_portal.common.enums import Kind

from .result import CITATION, Wanted

# The documents of each kind of request: the block that names it, what it is called, what it is.
BLOCKS = {
    Kind.ADVANCE.value: (("bonDeCommande", "bon de commande", "order"),),
    Kind.BALANCE.value: (
        ("procesVerbal", "procès-verbal", "acceptance"),
        ("facture", "facture", "invoice"),
    ),
}


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A document that a request names: where, under which name, and what it is."""

    pointer: str
    name: str
    label: str
    kind: str
    is_electronic: bool = False


def expected_files(request: Any, kind: str) -> list[ExpectedFile]:
    """The documents that a request names, whatever its shape."""
    found = []
    for block, label, document in BLOCKS.get(kind, ()):
        part = request.get(block) if isinstance(request, dict) else None
        if not isinstance(part, dict):
            continue
        name = part.get("nomFichier")
        if isinstance(name, str) and name:
            is_electronic = part.get("typeSignature") == "ELECTRONIQUE"
            found.append(ExpectedFile(f"/{block}/nomFichier", name, label, document, is_electronic))
    return found


def wanted_values(request: Mapping[str, Any], file: ExpectedFile) -> list[Wanted]:
    """The values of a well-formed request that this document must show."""
    wanted = {
        "order": _of_order,
        "acceptance": _of_acceptance,
        "invoice": _of_invoice,
    }[file.kind](request)
    return list({(item.kind, item.value): item for item in wanted}.values())


def _of_order(request: Mapping[str, Any]) -> Iterator[Wanted]:
    order = request["bonDeCommande"]
    yield _date("Date de signature", order["dateSignature"], "/bonDeCommande/dateSignature")
    yield from _amounts(order, "/bonDeCommande")
    for rank, client in enumerate(request["clients"]):
        at = f"/clients/{rank}"
        if client["siren"]:
            yield _identifier("SIREN", client["siren"], f"{at}/siren")
        for line, site in enumerate(client["etablissements"]):
            yield _identifier(
                "FINESS",
                site["finessGeographique"],
                f"{at}/etablissements/{line}/finessGeographique",
            )
        for line, doctor in enumerate(client["medecins"]):
            yield _identifier("RPPS", doctor["rpps"], f"{at}/medecins/{line}/rpps")
            yield _identifier("Numéro AM", doctor["numeroAm"], f"{at}/medecins/{line}/numeroAm")
    yield Wanted(CITATION, CITATION, "Modèle cité", "")


def _of_acceptance(request: Mapping[str, Any]) -> Iterator[Wanted]:
    yield _date("Date de réalisation", request["dateRealisation"], "/dateRealisation")
    for rank, client in enumerate(request["clients"]):
        at = f"/clients/{rank}"
        if client["siren"]:
            yield _identifier("SIREN", client["siren"], f"{at}/siren")
        if client["rpps"]:
            yield _identifier("RPPS", client["rpps"], f"{at}/rpps")
        for line, value in enumerate(client["finessGeographiques"]):
            yield _identifier("FINESS", value, f"{at}/finessGeographiques/{line}")
        for line, value in enumerate(client["numerosAm"]):
            yield _identifier("Numéro AM", value, f"{at}/numerosAm/{line}")


def _of_invoice(request: Mapping[str, Any]) -> Iterator[Wanted]:
    invoice = request["facture"]
    pointer = "/facture/numero"
    yield Wanted(pointer, "text", "Numéro de facture", invoice["numero"], pointer)
    yield _date("Date de la facture", invoice["dateFacture"], "/facture/dateFacture")
    yield from _amounts(invoice, "/facture")


def _amounts(block: Mapping[str, Any], at: str) -> Iterator[Wanted]:
    for part in ("HT", "TVA", "TTC"):
        pointer = f"{at}/montant{part}"
        yield Wanted(
            pointer, "amount", f"Montant {part}", f"{block[f'montant{part}']:.2f}", pointer
        )


def _identifier(label: str, value: str, pointer: str) -> Wanted:
    return Wanted(pointer, "identifier", label, value, pointer)


def _date(label: str, value: str, pointer: str) -> Wanted:
    return Wanted(pointer, "date", label, value, pointer)
