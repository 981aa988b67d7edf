"""What is needed to write files for one scheme: a desk, clients, and orders to run into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from segur_portal.common.enums import SchemeCode

from .asking import Desk, Request
from .pools import Pool, Pools, Test, can_be_split
from .population import Client, Person


@dataclass
class Kit:
    """The tools of one supplier and scheme. `foreign` is a solution whose mandate is not in force.

    The orders that later requests run into are laid by `lay_orders`, once.
    """

    desk: Desk
    pools: Pools
    signed_on: date
    foreign: dict[str, str]
    reference_holder: Request = field(default_factory=dict)
    split: Client | None = None
    holder: Client | None = None
    site_owner: Client | None = None
    companions: list[Request] = field(default_factory=list)

    @property
    def scheme(self) -> str:
        """The scheme of these requests."""
        return self.desk.scheme.value

    @property
    def is_town(self) -> bool:
        """Whether clients are doctors and town structures."""
        return self.desk.scheme == SchemeCode.MDV

    @property
    def pool(self) -> Pool:
        """Clients to whom a request may be made without anything to say."""
        if self.is_town:
            return self.pools.doctors
        is_db = self.desk.scheme == SchemeCode.DB
        return self.pools.with_ris if is_db else self.pools.imaging

    def take(self, fits: Test | None = None) -> Client:
        """A client not asked for yet, that stays in the base."""
        return self.pool.take(lambda client: client.is_stable and (fits is None or fits(client)))

    def fresh(self, fits: Test | None = None, **changes: Any) -> Request:
        """A valid request for a new client."""
        return self.desk.advance(self.take(fits), signed_on=self.signed_on, **changes)

    def to_spoil(self, code: str) -> Request:
        """A valid request of the shape that this fault of structure needs.

        A town doctor has no establishment, and one line only: spoiling one of two RPPS would be
        another fault (STR-036).
        """
        if not self.is_town:
            return self.fresh()
        if code == "STR-023":
            client = self.pools.structures.take(lambda client: client.is_stable)
            return self.desk.advance(client, signed_on=self.signed_on)
        return self.fresh(lambda client: len(client.am_numbers) == 1)

    def lay_orders(self) -> Iterator[Request]:
        """Requests to deposit first: those that the faults on uniqueness run into."""
        if self.is_town:
            holder = self.take(lambda client: len(client.am_numbers) == 1)
            self.holder = self.take(lambda client: len(client.am_numbers) > 1)
        else:
            holder, self.holder = self.take(has_wave_1), self.take()
            self.split, self.site_owner = self.take(can_be_split), self.take()
            yield self._order(first_part(self.split))
            other = self.take(has_wave_1)
            yield self._order(replace(other, sites=(*other.sites, self.site_owner.sites[0])))
        self.reference_holder = self._order(holder)
        yield self.reference_holder
        yield self._order(self.holder)

    def _order(self, client: Client) -> Request:
        return self.desk.advance(client, signed_on=self.signed_on)

    def held_doctor(self) -> Person:
        """A doctor whose AM numbers a live order holds."""
        assert self.holder is not None
        return self.holder.doctors[0]


def has_wave_1(client: Client) -> bool:
    """Whether it asks for Vague 2 alone: another's identifiers then never break ELI-005."""
    return client.had_wave_1


def first_part(client: Client) -> Client:
    """A practice reduced to its first site and doctor."""
    return replace(client, sites=client.sites[:1], doctors=client.doctors[:1])


def other_part(client: Client) -> Client:
    """What `first_part` leaves."""
    return replace(client, sites=client.sites[1:], doctors=client.doctors[1:])
