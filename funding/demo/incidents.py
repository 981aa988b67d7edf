"""Deposits that did not go straight: refused files, a corrected file, a failure, one that waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import orjson
from django.core.files.base import ContentFile

from enrolment.demo_accounts import DISTRIBUTOR, DOCTORS_EDITOR, IMAGING_EDITOR
from funding.models import Deposit, DepositLine
from funding.workflow import DEPOSIT
from segur_portal.common import clock
from segur_portal.common.actions import move, read_file
from segur_portal.common.enums import Kind, Role, SchemeCode

from .asking import Request
from .briefcase import zip_name
from .organisations import BY_KEY, DRIMBOX, RIS
from .papers import a_zip
from .people import morning
from .scene import Scene
from .story import Story

# The sweeper starts again what gives no sign of life: this one must stay as it is.
_NEVER_FORGOTTEN = timedelta(days=3_650)


class Incidents:
    """Tells the deposits that went wrong."""

    def __init__(self, scene: Scene, story: Story) -> None:
        self.scene, self.story = scene, story

    def tell(self, now: datetime) -> None:
        """Have each one happen on its day; the last waits at the portal's own date, `now`."""
        self.story.tell(morning(date(2026, 2, 9), 17), self._truncated)
        self.story.tell(morning(date(2026, 3, 19), 10), self._corrected)
        self.story.tell(morning(date(2026, 6, 8), 16), self._other_siret)
        self.story.tell(morning(date(2026, 9, 11), 18), self._failed)
        self.story.tell(morning(date(2026, 9, 14), 17), self._incomplete)
        self.story.tell(now - timedelta(minutes=3), self._waiting)

    def _truncated(self) -> None:
        """A file cut by an interrupted export."""
        kit = self.scene.kits[SchemeCode.MDV]
        data = self.scene.file(
            DOCTORS_EDITOR, SchemeCode.MDV, Kind.ADVANCE, [self._request(SchemeCode.MDV)]
        )
        name = self.scene.name(kit.desk.organisation.key, SchemeCode.MDV, Kind.ADVANCE)
        self.scene.treated(self.scene.receive(DOCTORS_EDITOR, data[: len(data) // 2], name))

    def _other_siret(self) -> None:
        """A file prepared for another organisation."""
        data = self.scene.file(
            IMAGING_EDITOR, SchemeCode.RIS, Kind.ADVANCE, [self._request(SchemeCode.RIS)]
        )
        name = self.scene.name(DISTRIBUTOR, SchemeCode.RIS, Kind.ADVANCE)
        self.scene.treated(self.scene.receive(DISTRIBUTOR, data, name))

    def _corrected(self) -> None:
        """A whole file again, two days later: what was integrated is so already, one KO is right.

        The name is that of the third day; the content that of the deposit with three KO.
        """
        before = Deposit.objects.filter(
            supplier=self.scene.cast.suppliers[IMAGING_EDITOR], ko_count__gte=3
        ).first()
        if before is None:
            return
        requests = orjson.loads(read_file(before.file))["demandes"]
        late = DepositLine.objects.filter(deposit=before, findings__0__code="CAL-003")
        for index in late.values_list("index", flat=True):
            requests[index - 1]["bonDeCommande"]["dateSignature"] = (
                before.received_at.date().isoformat()
            )
        self.scene.deposit(IMAGING_EDITOR, SchemeCode.RIS, Kind.ADVANCE, requests)

    def _failed(self) -> None:
        """A deposit that the portal tried to treat in vain."""
        deposit = self._received(DISTRIBUTOR, RIS.scheme)
        move(
            deposit,
            "fail",
            workflow=DEPOSIT,
            role=Role.SYSTEM,
            note="5 tentatives de traitement sans résultat.",
            attempts=5,
        )

    def _incomplete(self) -> None:
        """A deposit that still waits for two of its documents."""
        key, scheme = IMAGING_EDITOR, RIS.scheme
        data = self.scene.file(key, scheme, Kind.ADVANCE, self._requests(key, scheme))
        name = self.scene.name(key, scheme, Kind.ADVANCE)
        files = self.scene.briefcase.files_of(data, name, BY_KEY[key].siret)
        arrived = a_zip(list(files.items())[:-2])
        self.scene.receive(key, data, name, ContentFile(arrived, zip_name(name)))

    def _waiting(self) -> None:
        """A deposit just received, that no worker takes."""
        deposit = self._received(IMAGING_EDITOR, DRIMBOX.scheme)
        waits_until = clock.machine_now() + _NEVER_FORGOTTEN
        Deposit.objects.filter(pk=deposit.pk).update(heartbeat_at=waits_until)

    def _received(self, key: str, scheme: SchemeCode) -> Deposit:
        data = self.scene.file(key, scheme, Kind.ADVANCE, self._requests(key, scheme))
        return self.scene.receive(key, data, self.scene.name(key, scheme, Kind.ADVANCE))

    def _requests(self, key: str, scheme: SchemeCode) -> list[Request]:
        desk = self.scene.desk(key, RIS if scheme == SchemeCode.RIS else DRIMBOX)
        pool = self.scene.kits[scheme].pool
        signed_on = clock.today() - timedelta(days=12)
        return [desk.advance(pool.take(), signed_on=signed_on) for _ in range(5)]

    def _request(self, scheme: SchemeCode) -> Request:
        kit = self.scene.kits[scheme]
        return kit.desk.advance(kit.take(), signed_on=clock.today() - timedelta(days=20))
