"""Valid deposit files for everybody's tests: deterministic, any size, each part replaceable.

    a_request("SONS-MDV-LGC-Va2", "AVANCE", number=3, prestation="VAGUE_1_ET_2")
    a_file("SONS-IMG-RIS-Va2", "AVANCE", requests=200)

The identifiers of two requests of different `number` never meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import orjson

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.identifiers import (
    make_am,
    make_finess,
    make_rpps,
    make_siren,
    make_siret,
)

SIRET = make_siret(7)
SCHEMES = tuple(scheme.value for scheme in SchemeCode)
KINDS = tuple(kind.value for kind in Kind)
ACTIVITIES = ("RADIOLOGIE", "MEDECINE_NUCLEAIRE")
_SEEDS_PER_REQUEST = 1_000


def a_reference(number: int = 1) -> str:
    return f"REF-{number:04}"


def a_request(scheme: str, kind: str = "AVANCE", *, number: int = 1, **changes: Any) -> Any:
    """One valid request; `changes` replace keys of its first level."""
    request = _advance(scheme, number) if kind == Kind.ADVANCE else _balance(scheme, number)
    return {**request, **changes}


def _advance(scheme: str, number: int) -> dict[str, Any]:
    reference = a_reference(number)
    return {
        "referenceFournisseur": reference,
        "prestation": "VAGUE_2",
        "solutionLogicielle": a_solution(),
        "pacs": a_pacs(number) if scheme == SchemeCode.DB else None,
        "bonDeCommande": {
            "numero": f"BC-{number:04}",
            "dateSignature": "2026-03-31",
            "typeSignature": "ELECTRONIQUE",
            "nomFichier": f"BDC_{reference}.pdf",
            "montantHT": 1000.0,
            "montantTVA": 200.0,
            "montantTTC": 1200.0,
        },
        "clients": [a_client(scheme, number=number)],
    }


def _balance(scheme: str, number: int) -> dict[str, Any]:
    reference = a_reference(number)
    return {
        "referenceFournisseur": reference,
        "numeroDossier": f"DOSSIER-{number:06}",
        "dateRealisation": "2026-09-30",
        "procesVerbal": {
            "dateSignature": "2026-10-01",
            "typeSignature": "MANUSCRITE",
            "nomFichier": f"PVVA_{reference}.pdf",
        },
        "facture": {
            "numero": f"FA-{number:04}",
            "dateFacture": "2026-10-02",
            "montantHT": 1000.0,
            "montantTVA": 200.0,
            "montantTTC": 1200.0,
            "nomFichier": f"FACT_{reference}.pdf",
        },
        "clients": [as_deployed(client) for client in _advance(scheme, number)["clients"]],
    }


def a_solution() -> dict[str, str]:
    return {"nom": "Logiciel Essai", "version": "2.4.1", "numeroReferencement": "REF-VA2-0001"}


def a_pacs(number: int = 1) -> dict[str, str]:
    return {"nom": "PACS Essai", "identifiant": f"PACS-{number:05}"}


def a_client(
    scheme: str,
    client_type: str | None = None,
    *,
    number: int = 1,
    lines: int | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """A valid client; by default MEDECIN with 2 lines, or CABINET with 2 establishments, 5 doctors.

    `lines` is the number of establishments and doctors together.
    """
    mdv = scheme == SchemeCode.MDV
    client_type = client_type or ("MEDECIN" if mdv else "CABINET")
    establishments, doctors = _lines(scheme, client_type, number, lines)
    asked = client_type != "ETABLISSEMENT"
    client = {
        "typeClient": client_type,
        "nomStructure": f"Structure de santé de l’avenue de la République n° {number}",
        "siren": None if client_type == "MEDECIN" else make_siren(number * _SEEDS_PER_REQUEST),
        "representantLegal": {
            "nom": "MARTIN",
            "prenom": "Camille",
            "telephone": "0199001234",
            "mail": f"contact{number}@structure.example",
        },
        "miseAJourVague1AFraisPropres": None if scheme == SchemeCode.DB else False,
        "aideMinimisPercue": asked or None,
        "aidesMinimis": [{"dateAttribution": "2025-06-30", "montant": 1200.5}] if asked else [],
        "etablissements": establishments,
        "medecins": doctors,
    }
    return {**client, **changes}


def _lines(
    scheme: str, client_type: str, number: int, lines: int | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    seed = number * _SEEDS_PER_REQUEST
    if client_type == "MEDECIN":
        count = range(lines or 2)
        return [], [a_doctor(scheme, seed=seed, am_seed=seed + line) for line in count]
    if scheme == SchemeCode.MDV:
        return [an_establishment(scheme, seed=seed)], []
    establishments = range(min(2, lines or 7))
    doctors = range(len(establishments), lines or 7)
    return (
        [an_establishment(scheme, seed=seed + line) for line in establishments],
        [a_doctor(scheme, seed=seed + line) for line in doctors],
    )


def an_establishment(scheme: str, *, seed: int = 1, **changes: Any) -> dict[str, Any]:
    activity = None if scheme == SchemeCode.MDV else "MIXTE"
    site = {
        "nom": f"Site d’imagerie du quartier Saint-Éloi n° {seed}",
        "finessGeographique": make_finess(seed),
        "activite": activity,
    }
    return {**site, **changes}


def a_doctor(
    scheme: str, *, seed: int = 1, am_seed: int | None = None, **changes: Any
) -> dict[str, Any]:
    mdv = scheme == SchemeCode.MDV
    doctor = {
        "nom": f"LEFÈVRE-{seed}",
        "prenom": "Marie-Hélène",
        "rpps": make_rpps(seed),
        "numeroAm": make_am(seed if am_seed is None else am_seed),
        "activite": None if mdv else ACTIVITIES[seed % 2],
        "situation2023": None if mdv else "PRESENT",
    }
    return {**doctor, **changes}


def as_deployed(client: dict[str, Any]) -> dict[str, Any]:
    """What a balance says of a client of the advance, everything having been deployed."""
    alone = client["typeClient"] == "MEDECIN"
    return {
        "siren": client["siren"],
        "rpps": client["medecins"][0]["rpps"] if alone else None,
        "finessGeographiques": [site["finessGeographique"] for site in client["etablissements"]],
        "numerosAm": [doctor["numeroAm"] for doctor in client["medecins"]],
    }


def an_envelope(
    scheme: str,
    kind: str = "AVANCE",
    *,
    requests: int | Iterable[Any] = 1,
    siret: str = SIRET,
    **changes: Any,
) -> dict[str, Any]:
    """The value of a file: `requests` are given, or so many valid ones numbered from 1."""
    if isinstance(requests, int):
        requests = [a_request(scheme, kind, number=number) for number in range(1, requests + 1)]
    envelope = {
        "versionSchema": "1.0",
        "dispositif": scheme,
        "typeDemande": kind,
        "siretFournisseur": siret,
        "demandes": deepcopy(list(requests)),
    }
    return {**envelope, **changes}


def a_file(
    scheme: str,
    kind: str = "AVANCE",
    *,
    requests: int | Iterable[Any] = 1,
    siret: str = SIRET,
    **changes: Any,
) -> bytes:
    """The bytes of a file; `changes` replace keys of its envelope."""
    return orjson.dumps(an_envelope(scheme, kind, requests=requests, siret=siret, **changes))


def a_filename(
    scheme: str, kind: str = "AVANCE", *, siret: str = SIRET, on: str = "20260401", number: int = 1
) -> str:
    return f"{kind}_{scheme}_{siret}_{on}_{number:03}.json"
