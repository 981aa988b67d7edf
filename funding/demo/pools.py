"""Clients not asked for yet, taken in order: two suppliers never get the same by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orders.rules.specialties import is_excluded_from_mdv
from orders.rules.words import Activity, StructureType

from .population import Client, Population, is_centre_admitted

Test = Callable[[Client], bool]


class Pool:
    """A queue of clients that can be asked for the first one of a sort."""

    def __init__(self, clients: Iterable[Client]) -> None:
        self._clients = list(clients)

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, clients: Iterable[Client]) -> None:
        """Put clients at the end."""
        self._clients.extend(clients)

    def keep(self, fits: Test) -> None:
        """Forget the clients that do not fit."""
        self._clients = [client for client in self._clients if fits(client)]

    def take(self, fits: Test | None = None) -> Client:
        """The first client that fits, which the pool then forgets. Raises LookupError."""
        for rank, client in enumerate(self._clients):
            if fits is None or fits(client):
                return self._clients.pop(rank)
        raise LookupError("The population has no such client left.")


def is_plain_practice(client: Client) -> bool:
    """An imaging client about which the base leaves nothing to say."""
    return all(acts is not None for _, acts in client.am_numbers)


def is_eligible_doctor(client: Client) -> bool:
    """A liberal doctor of an admitted specialty (ELI-002)."""
    return (
        client.structure_type == StructureType.DOCTOR
        and client.is_liberal
        and not is_excluded_from_mdv(client.doctors[0].specialty)
    )


def is_eligible_structure(client: Client) -> bool:
    """A health house or centre that ELI-003 admits."""
    if client.structure_type == StructureType.MSP:
        return client.is_liberal and client.doctor_count > 0
    return is_centre_admitted(client) and client.doctor_count > 0


def speaks_radiology_only(client: Client) -> bool:
    """An imaging client without nuclear medicine."""
    spoken = [line.activity for line in client.sites] + [line.activity for line in client.doctors]
    return all(activity == Activity.RADIOLOGY for activity in spoken)


def can_be_split(client: Client) -> bool:
    """A practice of radiology with enough sites and doctors to order twice."""
    return (
        client.structure_type == StructureType.PRACTICE
        and speaks_radiology_only(client)
        and len(client.sites) > 1
        and len(client.doctors) > 1
    )


class Pools:
    """The queues of one demonstration. `with_ris` are clients of whom a RIS request lives."""

    def __init__(self, population: Population) -> None:
        imaging = [client for client in population.imaging if client.since == 1]
        town = [client for client in population.town if client.since == 1]
        self.imaging = Pool(filter(is_plain_practice, imaging))
        self.unvalued = Pool(c for c in imaging if not is_plain_practice(c) and c.is_stable)
        self.doctors = Pool(filter(is_eligible_doctor, town))
        self.structures = Pool(filter(is_eligible_structure, town))
        self.ineligible = Pool(
            client
            for client in town
            if not is_eligible_doctor(client) and not is_eligible_structure(client)
        )
        self.with_ris = Pool(())
