"""What the portal's models of documents show: mandatory statements, and what is known already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from enrolment.enums import MemberRole, SpecimenKind
from enrolment.models import Solution, Supplier
from segur_portal.common.enums import DocumentKind, ParameterCode
from segur_portal.common.french import day
from segur_portal.common.models import Parameter, Scheme, Statement

TITLES: Mapping[str, str] = {
    DocumentKind.PURCHASE_ORDER: "Bon de commande d’une Prestation Ségur",
    DocumentKind.PILOT_REPORT: "Procès-verbal pilote",
    DocumentKind.MANDATE: "Mandat du représentant légal",
    DocumentKind.DISTRIBUTION_MANDATE: "Mandat de distribution",
    DocumentKind.ACCEPTANCE_REPORT: "Procès-verbal de vérification d’aptitude",
}
# The statements that each page places itself; any other is printed at its end.
PLACED: Mapping[str, frozenset[str]] = {
    DocumentKind.PURCHASE_ORDER: frozenset(
        {
            "montant_etat",
            "clients",
            "minimis_question",
            "minimis_tableau",
            "lignes",
            "couple_rpps_am",
            "activite",
            "pacs",
            "signataire",
            "regime_aide",
        }
    ),
    DocumentKind.PILOT_REPORT: frozenset({"conformite", "pilote", "signature_client"}),
    DocumentKind.MANDATE: frozenset({"delegation", "employe", "signature"}),
    DocumentKind.DISTRIBUTION_MANDATE: frozenset({"mandat", "declaration", "osu"}),
    DocumentKind.ACCEPTANCE_REPORT: frozenset({"aptitude", "realisation", "perimetre"}),
}
# Signed once for all schemes.
WITHOUT_SCHEME = frozenset({DocumentKind.MANDATE.value, DocumentKind.DISTRIBUTION_MANDATE.value})
SERVICES = {
    "VAGUE_2": "Vague 2",
    "VAGUE_1_ET_2": "Vague 1 + Vague 2",
    "NOUVELLE_ACQUISITION": "Nouvelle acquisition",
}
ACTIVITIES = {
    "RADIOLOGIE": "Radiologie",
    "MEDECINE_NUCLEAIRE": "Médecine nucléaire",
    "MIXTE": "Mixte",
}
BLANK_CLIENT: Mapping[str, Any] = {"asks_minimis": True, "minimis": None}


def offered() -> list[tuple[str, Scheme | None]]:
    """Every model the portal offers: kind and scheme (none: all of them)."""
    schemes = list(Scheme.objects.all())
    pilots = set(
        Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS, value__gt=0)
        .order_by("pk")
        .values_list("scheme", flat=True)
    )
    found: list[tuple[str, Scheme | None]] = []
    for kind in SpecimenKind.values:
        if kind in WITHOUT_SCHEME:
            found.append((kind, None))
        elif kind == DocumentKind.PILOT_REPORT:
            found += [(kind, one) for one in schemes if one.pk in pilots]
        else:
            found += [(kind, one) for one in schemes]
    return found


def model_data(
    kind: str,
    scheme: Scheme | None,
    *,
    supplier: Supplier | None = None,
    solution: Solution | None = None,
    payload: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a model shows: its statements, and what is known of the supplier and of the order.

    `payload` is a well-formed advance request, for a purchase order.
    """
    statements = Statement.objects.binding(kind, scheme.pk if scheme else None)
    texts = {one.code: one.text for one in statements}
    return {
        "model": kind,
        "template": f"pdf/models/{kind}.html",
        "title": TITLES[kind],
        "scheme_code": scheme.pk if scheme else "",
        "scheme_name": scheme.name if scheme else "",
        "statements": texts,
        "others": [text for code, text in texts.items() if code not in PLACED[kind]],
        "supplier": _supplier(supplier),
        **_solution(solution, payload),
        **_order(payload),
    }


def _supplier(supplier: Supplier | None) -> dict[str, str]:
    if supplier is None:
        return {}
    members = supplier.memberships.filter(role=MemberRole.LEGAL_REPRESENTATIVE)
    member = members.select_related("user").order_by("pk").first()
    return {
        "name": supplier.name,
        "siret": supplier.siret,
        "representative": member.user.get_full_name() if member else "",
    }


def _solution(solution: Solution | None, payload: Mapping[str, Any] | None) -> dict[str, Any]:
    if payload is not None:
        named = payload["solutionLogicielle"]
        shown = {
            "name": named["nom"],
            "version": named["version"],
            "number": named["numeroReferencement"],
        }
        return {"solution": shown, "editor": {}}
    if solution is None:
        return {"solution": {}, "editor": {}}
    return {
        "solution": {
            "name": solution.name,
            "version": solution.version,
            "number": solution.reference_number,
        },
        "editor": {"name": solution.editor.name, "siret": solution.editor.siret},
    }


def _order(payload: Mapping[str, Any] | None) -> dict[str, Any]:
    if payload is None:
        return {"order": {}, "clients": [dict(BLANK_CLIENT)]}
    signed, pacs = payload["bonDeCommande"], payload["pacs"]
    order = {
        "number": signed["numero"],
        "reference": payload["referenceFournisseur"],
        "service": SERVICES.get(payload["prestation"], ""),
        "pacs": f"{pacs['nom']} ({pacs['identifiant']})" if pacs else "",
        "net": str(signed["montantHT"]),
        "vat": str(signed["montantTVA"]),
        "gross": str(signed["montantTTC"]),
    }
    return {"order": order, "clients": [_client(client) for client in payload["clients"]]}


def _client(client: Mapping[str, Any]) -> dict[str, Any]:
    person = client["representantLegal"]
    return {
        "name": client["nomStructure"],
        "siren": client["siren"] or "",
        "representative": f"{person['prenom']} {person['nom']}",
        "phone": person["telephone"],
        "mail": person["mail"],
        # Health establishments fall under the SGEI decision and are not asked (section 6).
        "asks_minimis": client["typeClient"] != "ETABLISSEMENT",
        "minimis": client["aideMinimisPercue"],
        "aids": [
            {"date": day(date.fromisoformat(aid["dateAttribution"])), "amount": str(aid["montant"])}
            for aid in client["aidesMinimis"]
        ],
        "lines": [*_establishments(client["etablissements"]), *_doctors(client["medecins"])],
    }


def _establishments(sites: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "name": site["nom"],
            "finess": site["finessGeographique"],
            "activity": ACTIVITIES.get(site["activite"], ""),
        }
        for site in sites
    ]


def _doctors(doctors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "name": f"{doctor['prenom']} {doctor['nom']}",
            "rpps": doctor["rpps"],
            "am": doctor["numeroAm"],
            "activity": ACTIVITIES.get(doctor["activite"], ""),
        }
        for doctor in doctors
    ]
