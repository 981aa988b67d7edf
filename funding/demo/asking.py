"""Writing the requests that suppliers deposit: what clients order, up to the ceilings of the law."""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from funding.pricing import Scale, Tier, price
from orders.rules.facts import BaseRow, OrderFacts
from orders.rules.words import StructureType
from segur_portal.common.enums import SchemeCode, Service
from segur_portal.common.models import PriceScale
from segur_portal.common.money import ZERO, euros, vat_on

from .organisations import Organisation, Software
from .population import Client, Person

Request = dict[str, Any]
_KINDS = {
    StructureType.DOCTOR.value: "MEDECIN",
    StructureType.MSP.value: "MSP",
    StructureType.PRACTICE.value: "CABINET",
    StructureType.ESTABLISHMENT.value: "ETABLISSEMENT",
}
_METROPOLITAN, _OVERSEAS = Decimal(20), Decimal("8.5")


def current_scale(scheme: str) -> Scale:
    """The first price scale of a scheme, as the rules read it."""
    row = PriceScale.objects.filter(scheme=scheme).order_by("version").prefetch_related("tiers")[0]
    tiers = tuple(
        Tier(tier.service, tier.measure, tier.lower, tier.upper, tier.ceiling_net)
        for tier in row.tiers.all()
    )
    return Scale(
        row.pk, row.version, row.is_official, row.source, row.vat_rate, row.advance_rate, tiers
    )


@dataclass
class Desk:
    """Where one supplier writes its requests of one scheme, one reference after the other."""

    organisation: Organisation
    software: Software
    base: dict[tuple[str, str], BaseRow]
    scale: Scale
    chance: Random
    prefix: str = ""
    written: int = field(default=0)

    @property
    def scheme(self) -> SchemeCode:
        """The scheme of its solution."""
        return self.software.scheme

    def advance(self, *clients: Client, signed_on: date, **changes: Any) -> Request:
        """A valid request of advance for these clients; `changes` replace its first-level keys."""
        reference = self._reference(signed_on)
        number = f"BC-{reference.removeprefix(self.organisation.initials + '-')}"
        request: Request = {
            "referenceFournisseur": reference,
            "prestation": self._service(clients),
            "solutionLogicielle": self.software.named,
            "pacs": _pacs(clients[0]) if self.scheme == SchemeCode.DB else None,
            "bonDeCommande": {
                "numero": number,
                "dateSignature": signed_on.isoformat(),
                "typeSignature": self.chance.choice(("ELECTRONIQUE", "MANUSCRITE", "MANUSCRITE")),
                "nomFichier": f"BDC_{reference}.pdf",
                **amounts(ZERO, ZERO),
            },
            "clients": [self.client(client, signed_on) for client in clients],
            **changes,
        }
        rate = _OVERSEAS if clients[0].postal_code.startswith("97") else _METROPOLITAN
        net = self._net(self.ceiling(request))
        request["bonDeCommande"] |= amounts(net, self.vat(net, rate))
        return request

    def ceiling(self, request: Request) -> Decimal:
        """The ceiling excluding VAT of what a request orders, by the law itself."""
        order = OrderFacts.from_payload(request, scheme=self.scheme)
        priced = price(
            order, self.base, self.scale, is_vat_subject=self.organisation.is_vat_subject
        )
        return priced.ceiling_net or ZERO

    def vat(self, net: Decimal, rate: Decimal = _METROPOLITAN) -> Decimal:
        """The VAT that this supplier adds."""
        return vat_on(net, rate) if self.organisation.is_vat_subject else ZERO

    def client(self, client: Client, signed_on: date) -> Request:
        """A client of the base as a request describes it."""
        is_asked = client.structure_type != StructureType.ESTABLISHMENT
        aids = self._aids(signed_on) if is_asked else []
        is_db = self.scheme == SchemeCode.DB
        return {
            "typeClient": _KINDS.get(client.structure_type, "CDS"),
            "nomStructure": client.name.replace("Dr ", "Cabinet du docteur "),
            "siren": client.siren or None,
            "representantLegal": self._representative(client),
            "miseAJourVague1AFraisPropres": None if is_db else False,
            "aideMinimisPercue": bool(aids) if is_asked else None,
            "aidesMinimis": aids,
            "etablissements": list(self._sites(client)),
            "medecins": list(self.doctors(client.doctors)),
        }

    def _sites(self, client: Client) -> Iterator[Request]:
        for site in client.sites:
            yield {
                "nom": site.name,
                "finessGeographique": site.finess,
                "activite": site.activity or None,
            }

    def doctors(self, people: Iterable[Person]) -> Iterator[Request]:
        """One line for each couple of RPPS and AM number."""
        for person in people:
            for number, acts in person.am_numbers:
                yield {
                    "nom": person.last_name,
                    "prenom": person.first_name,
                    "rpps": person.rpps,
                    "numeroAm": number,
                    "activite": person.activity or None,
                    "situation2023": self._situation(acts) if person.activity else None,
                }

    def _situation(self, acts: int | None) -> str:
        if acts == 0:
            return "NOUVEAU"
        options = ("PRESENT", "PARTI", "ARRIVE_STRUCTURE_DISPARUE")
        return self.chance.choices(options, weights=(90, 6, 4))[0]

    def _representative(self, client: Client) -> Request:
        person = client.doctors[0] if client.doctors else None
        rank = self.chance.randint(0, 9_999)
        return {
            "nom": person.last_name if person else "MOREL",
            "prenom": person.first_name if person else "Dominique",
            "telephone": f"019900{rank:04}",
            "mail": f"contact.{(client.siren or client.doctors[0].rpps)[:9]}@sante.example",
        }

    def _aids(self, signed_on: date) -> list[Request]:
        """One client in five had *de minimis* aid in the three years before."""
        if self.chance.random() > 0.2:
            return []
        granted_on = signed_on - timedelta(days=self.chance.randint(60, 1_000))
        amount = self.chance.randrange(1_500, 18_000, 250)
        return [{"dateAttribution": granted_on.isoformat(), "montant": amount}]

    def _service(self, clients: Sequence[Client]) -> str:
        if self.scheme == SchemeCode.DB:
            return self.chance.choice((Service.WAVE_2.value, Service.NEW_ACQUISITION.value))
        had_wave_1 = any(client.had_wave_1 for client in clients)
        return (Service.WAVE_2 if had_wave_1 else Service.WAVE_1_AND_2).value

    def _net(self, ceiling: Decimal) -> Decimal:
        """Between 70 % of the ceiling and the ceiling itself, which many ask for."""
        share = self.chance.choice((100, 100, 100, 96, 92, 88, 85, 80, 75, 70))
        return euros(ceiling * share / 100)

    def _reference(self, signed_on: date) -> str:
        self.written += 1
        return f"{self.organisation.initials}-{self.prefix}{signed_on:%y%m}-{self.written:04}"


def amounts(net: Decimal, vat: Decimal) -> dict[str, float]:
    """The three amounts of an order or invoice, as the format writes them."""
    return {
        "montantHT": float(net), "montantTVA": float(vat), "montantTTC": float(net + vat)
    }  # fmt: skip


def _pacs(client: Client) -> dict[str, str]:
    brands = ("PACS Horizon", "VisioPACS", "Archimed PACS")
    return {"nom": brands[int(client.siren) % 3], "identifiant": f"PACS-{client.siren}"}


def balance(request: Request, number: str, *, performed_on: date) -> Request:
    """A valid balance of an accepted advance, everything deployed and invoiced as ordered."""
    reference, order = request["referenceFournisseur"], request["bonDeCommande"]
    signed_on = performed_on + timedelta(days=2)
    return {
        "referenceFournisseur": reference,
        "numeroDossier": number,
        "dateRealisation": performed_on.isoformat(),
        "procesVerbal": {
            "dateSignature": signed_on.isoformat(),
            "typeSignature": "ELECTRONIQUE",
            "nomFichier": f"PVVA_{reference}.pdf",
        },
        "facture": {
            "numero": order["numero"].replace("BC-", "FA-"),
            "dateFacture": signed_on.isoformat(),
            **{key: order[key] for key in ("montantHT", "montantTVA", "montantTTC")},
            "nomFichier": f"FACT_{reference}.pdf",
        },
        "clients": [_deployed(client) for client in request["clients"]],
    }


def _deployed(client: Request) -> Request:
    is_alone = client["typeClient"] == "MEDECIN"
    return {
        "siren": client["siren"],
        "rpps": client["medecins"][0]["rpps"] if is_alone else None,
        "finessGeographiques": [site["finessGeographique"] for site in client["etablissements"]],
        "numerosAm": [doctor["numeroAm"] for doctor in client["medecins"]],
    }
