"""What the rules of eligibility and uniqueness know of an order: frozen facts, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from segur_portal.common.money import euros


@dataclass(frozen=True, slots=True)
class BaseRow:
    """A line of the eligible-clients base (json-contract), overrides applied."""

    kind: str
    value: str
    rpps: str = ""
    siren: str = ""
    label: str = ""
    structure_type: str = ""
    specialty: str = ""
    is_liberal: bool = False
    doctor_count: int = 0
    activity: str = ""
    activity_2023: int | None = None
    had_wave_1: bool = False


BaseRows = Mapping[tuple[str, str], BaseRow]


@dataclass(frozen=True, slots=True)
class Establishment:
    """An establishment of a client, at `pointer` in the request."""

    pointer: str
    name: str
    finess: str
    activity: str | None


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor of a client: one RPPS and one AM number, at `pointer` in the request."""

    pointer: str
    name: str
    rpps: str
    am_number: str
    activity: str | None
    situation_2023: str | None


@dataclass(frozen=True, slots=True)
class Aid:
    """A *de minimis* aid declared by a client."""

    granted_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Client:
    """A client of an order, at `pointer` in the request."""

    pointer: str
    kind: str
    name: str
    siren: str | None
    paid_wave_1: bool | None
    has_de_minimis: bool | None
    aids: tuple[Aid, ...]
    establishments: tuple[Establishment, ...]
    doctors: tuple[Doctor, ...]
    representative: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the deposit describes it (request of advance, structure already right)."""

    scheme: str
    service: str
    solution_name: str
    solution_version: str
    reference_number: str
    signed_on: date
    pacs_identifier: str | None
    net: Decimal
    vat: Decimal
    gross: Decimal
    clients: tuple[Client, ...]

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any], *, scheme: str) -> OrderFacts:
        """The facts of a request whose structure was checked."""
        order, solution, pacs = (
            payload["bonDeCommande"],
            payload["solutionLogicielle"],
            payload["pacs"],
        )
        return cls(
            scheme=scheme,
            service=payload["prestation"],
            solution_name=solution["nom"],
            solution_version=solution["version"],
            reference_number=solution["numeroReferencement"],
            signed_on=date.fromisoformat(order["dateSignature"]),
            pacs_identifier=pacs["identifiant"] if pacs else None,
            net=euros(order["montantHT"]),
            vat=euros(order["montantTVA"]),
            gross=euros(order["montantTTC"]),
            clients=tuple(
                _client(client, f"/clients/{position}")
                for position, client in enumerate(payload["clients"])
            ),
        )

    def identifiers(self) -> list[tuple[str, str]]:
        """Every (kind, value) of the order that the base must know (ELI-001)."""
        keys: dict[tuple[str, str], None] = {}
        for client in self.clients:
            if client.siren:
                keys["SIREN", client.siren] = None
            for establishment in client.establishments:
                keys["FINESS", establishment.finess] = None
            for doctor in client.doctors:
                keys["RPPS", doctor.rpps] = None
                keys["AM", doctor.am_number] = None
        return list(keys)

    def lookups(self) -> list[tuple[str, str]]:
        """What to read in the base: `identifiers()`, and AM numbers as FINESS, to tell them apart.

        A FINESS written as an AM number then gets its own message (ELI-001).
        """
        keys = self.identifiers()
        mistaken = [("FINESS", value) for kind, value in keys if kind == "AM"]
        return list(dict.fromkeys([*keys, *mistaken]))


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """An order and the lines of the base that its identifiers have, where they have one."""

    order: OrderFacts
    base: BaseRows


@dataclass(frozen=True, slots=True)
class WantedClaim:
    """A key that an order needs for itself; `pointer` is where the request names it."""

    kind: str
    value: str
    slot: str
    pointer: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What must be unique within the scheme."""
        return (self.kind, self.value, self.slot)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key: the number of the request, only when it is the supplier's own."""

    is_own: bool
    request_number: str | None = None


@dataclass(frozen=True, slots=True)
class UniquenessFacts:
    """What an order wants, what live orders hold, what earlier requests of the file took.

    `in_file` gives the index of the earlier request; `repeated_reference` the index of an earlier
    request of the file with the same reference.
    """

    scheme: str
    wanted: Sequence[WantedClaim]
    held: Mapping[tuple[str, str, str], Holder] = field(default_factory=dict)
    in_file: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    reference: str = ""
    repeated_reference: int | None = None


def _client(client: Mapping[str, Any], pointer: str) -> Client:
    legal = client["representantLegal"]
    return Client(
        pointer=pointer,
        kind=client["typeClient"],
        name=client["nomStructure"],
        siren=client["siren"],
        paid_wave_1=client["miseAJourVague1AFraisPropres"],
        has_de_minimis=client["aideMinimisPercue"],
        aids=tuple(
            Aid(date.fromisoformat(aid["dateAttribution"]), euros(aid["montant"]))
            for aid in client["aidesMinimis"]
        ),
        establishments=tuple(
            Establishment(
                f"{pointer}/etablissements/{rank}",
                line["nom"],
                line["finessGeographique"],
                line["activite"],
            )
            for rank, line in enumerate(client["etablissements"])
        ),
        doctors=tuple(
            Doctor(
                f"{pointer}/medecins/{rank}",
                f"{line['prenom']} {line['nom']}",
                line["rpps"],
                line["numeroAm"],
                line["activite"],
                line["situation2023"],
            )
            for rank, line in enumerate(client["medecins"])
        ),
        representative=f"{legal['prenom']} {legal['nom']}",
        phone=legal["telephone"],
        mail=legal["mail"],
    )
