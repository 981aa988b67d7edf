"""The editions of the eligible-clients base: rows as the rules read them, and CSV files.

Edition 1 is the first day's; in edition 2 a few clients have left, arrived or moved; edition 3 is
the day after the demonstration's; a truncated edition lacks one client in eight.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from orders.rules.facts import BaseRow
from segur_portal.common.enums import SchemeCode

from .population import Client, Person, Population

COLUMNS = (
    "type_identifiant;identifiant;rpps;siren;libelle;type_structure;specialite;liberal;"
    "nb_medecins;code_postal;activite;activite_2023;beneficiaire_vague_1"
)
TRUNCATED = 0
LAST = 3
Line = tuple[BaseRow, str]


def base_file(population: Population, scheme: str, edition: int) -> bytes:
    """The CSV file of an edition."""
    lines = (_csv(row, code) for row, code in base_lines(population, scheme, edition))
    return "\r\n".join([COLUMNS, *lines, ""]).encode()


def base_filename(scheme: str, on: date) -> str:
    """`base-eligibles_<scheme>_<AAAAMMJJ>.csv`."""
    return f"base-eligibles_{scheme}_{on:%Y%m%d}.csv"


def base_rows(population: Population, scheme: str) -> dict[tuple[str, str], BaseRow]:
    """Every row of the stable clients, as rules read them."""
    clients = _clients(population, scheme)
    rows = (row for client in clients if client.is_stable for row in client_rows(client, scheme))
    return {(row.kind, row.value): row for row in rows}


def base_lines(population: Population, scheme: str, edition: int) -> Iterator[Line]:
    """The rows of an edition with their postal codes."""
    for rank, client in enumerate(_clients(population, scheme)):
        if _is_in(client, rank, edition):
            is_first = edition == 1 and client.old_postal_code
            code = client.old_postal_code if is_first else client.postal_code
            for row in client_rows(client, scheme):
                yield row, code


def _clients(population: Population, scheme: str) -> tuple[Client, ...]:
    return population.town if scheme == SchemeCode.MDV else population.imaging


def _is_in(client: Client, rank: int, edition: int) -> bool:
    if edition == TRUNCATED:
        return client.until is None and rank % 8 != 0
    is_late = edition == LAST and rank % 1_100 == 1_050
    until = client.until or LAST + 1
    return client.since <= edition < until and not is_late


def client_rows(client: Client, scheme: str) -> Iterator[BaseRow]:
    """The rows of a client: SIREN, FINESS, then RPPS and AM number of each doctor."""
    had_wave_1 = client.had_wave_1 and scheme != SchemeCode.DB
    if client.siren:
        yield _structure_row(client, "SIREN", client.siren, client.name, had_wave_1)
    for site in client.sites:
        yield _structure_row(
            client, "FINESS", site.finess, site.name, had_wave_1, site.activity, site.activity_2023
        )
    for person in (*client.doctors, *client.outsiders):
        yield _person_row(client, person, "RPPS", person.rpps, had_wave_1)
        for number, acts in person.am_numbers:
            yield _person_row(client, person, "AM", number, had_wave_1, acts)


def _structure_row(
    client: Client,
    kind: str,
    value: str,
    label: str,
    had_wave_1: bool,
    activity: str = "",
    acts: int | None = None,
) -> BaseRow:
    return BaseRow(
        kind, value, "", client.siren, label, client.structure_type, "", client.is_liberal,
        client.doctor_count, activity, acts, had_wave_1,
    )  # fmt: skip


def _person_row(
    client: Client,
    person: Person,
    kind: str,
    value: str,
    had_wave_1: bool,
    acts: int | None = None,
) -> BaseRow:
    return BaseRow(
        kind, value, person.rpps, client.siren, f"Dr {person.name}", "MEDECIN", person.specialty,
        person.is_liberal, 1, person.activity, acts, had_wave_1,
    )  # fmt: skip


def _csv(row: BaseRow, postal_code: str) -> str:
    acts = "" if row.activity_2023 is None else row.activity_2023
    return (
        f"{row.kind};{row.value};{row.rpps};{row.siren};{row.label};{row.structure_type};"
        f"{row.specialty};{row.is_liberal:d};{row.doctor_count};{postal_code};{row.activity};"
        f"{acts};{row.had_wave_1:d}"
    )
