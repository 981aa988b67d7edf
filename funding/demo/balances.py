"""Pilot proofs, then balances, once advances are paid."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from random import Random

from enrolment.demo_accounts import DOCTORS_EDITOR, IMAGING_EDITOR
from funding.actions.pilots import client_of
from funding.models import FundingRequest
from pilots.actions import record_proof, review_proof
from pilots.models import PilotProof
from segur_portal.common import clock
from segur_portal.common.actions import store_file
from segur_portal.common.enums import Kind
from segur_portal.common.models import StoredFile

from .asking import Request, balance
from .lives import ACCEPTED, Lives, Turn
from .organisations import DRIMBOX, LGC, LGC_HOUSE, RIS, RIS_NUCLEAR, Software
from .papers import a_pdf, report_lines
from .people import morning
from .scene import Scene
from .story import Story

_REPORT, _TRAINING = PilotProof.Kind.REPORT, PilotProof.Kind.TRAINING
# supplier, solution, day, then the verdicts awaited: reports, training material.
_PILOTS = (
    (IMAGING_EDITOR, RIS, date(2025, 12, 9), ("approve",) * 3, ()),
    (IMAGING_EDITOR, RIS_NUCLEAR, date(2026, 9, 8), ("approve", ""), ()),
    (DOCTORS_EDITOR, LGC, date(2026, 5, 19), ("approve",) * 5, ("reject", "approve")),
    (
        DOCTORS_EDITOR,
        LGC_HOUSE,
        date(2026, 9, 4),
        ("approve", "reject", "approve", "send_back", ""),
        ("approve",),
    ),
)
_BALANCES = (
    (IMAGING_EDITOR, RIS, date(2026, 2, 24), 6, True),
    (IMAGING_EDITOR, DRIMBOX, date(2026, 5, 5), 5, True),
    (DOCTORS_EDITOR, LGC, date(2026, 6, 16), 8, True),
    (IMAGING_EDITOR, RIS, date(2026, 6, 30), 8, True),
    (DOCTORS_EDITOR, LGC, date(2026, 9, 4), 8, False),
    (IMAGING_EDITOR, RIS, date(2026, 9, 4), 6, False),
    (IMAGING_EDITOR, DRIMBOX, date(2026, 9, 8), 4, False),
)
_COURSES: tuple[tuple[Turn, ...], ...] = (ACCEPTED, ACCEPTED, ACCEPTED, ())
_MISSING = "Le PV pilote n’est pas signé du client : la case « bon pour accord » est vide."


class Balances:
    """Tells the proofs and the balances, which `lives` instructs; `divide` makes fewer."""

    def __init__(self, scene: Scene, story: Story, lives: Lives, *, divide: int = 1) -> None:
        self.scene, self.story, self.lives, self.divide = scene, story, lives, divide
        self.chance = Random(f"{scene.seed} balances")  # noqa: S311

    def tell(self) -> None:
        """Have everything done on its day."""
        for key, software, day, reports, trainings in _PILOTS:
            self.story.tell(morning(day, 15), self._prove, key, software, reports, trainings)
        for key, software, day, count, is_old in _BALANCES:
            self.story.tell(morning(day, 11, 20), self._ask, key, software, count, is_old)

    def _prove(
        self, key: str, software: Software, reports: tuple[str, ...], trainings: tuple[str, ...]
    ) -> None:
        advances = accepted_advances(self.scene, key, software)[: len(reports)]
        for advance, verdict in zip(advances, reports, strict=False):
            self._submit(key, advance, verdict)
        solution = self.scene.cast.solutions[software]
        for verdict in trainings:
            proof = record_proof(
                supplier=self.scene.cast.suppliers[key],
                solution=solution,
                kind=_TRAINING,
                user=self.scene.cast.depositors[key],
                label="Guide de prise en main",
                file=self._file(
                    key, "guide.pdf", ["GUIDE DE PRISE EN MAIN", f"{solution}", "Sommaire"]
                ),
            )
            self._review(proof, verdict)

    def _submit(self, key: str, advance: FundingRequest, verdict: str) -> None:
        client_key, client_name = client_of(advance)
        signed_on = clock.today() - timedelta(days=6)
        proof = record_proof(
            supplier=advance.supplier,
            solution=advance.order.solution,
            kind=_REPORT,
            user=self.scene.cast.depositors[key],
            order=advance.order,
            client_key=client_key,
            client_name=client_name,
            signed_on=signed_on,
            file=self._file(
                key,
                f"PV_{advance.number}.pdf",
                report_lines(advance, client_key, client_name, signed_on),
            ),
            pages={code: [1] for code in ("conformite", "pilote", "signature_client")},
        )
        self._review(proof, verdict)

    def _file(self, key: str, name: str, lines: list[str]) -> StoredFile:
        return store_file(
            BytesIO(a_pdf(lines, chance=self.chance)),
            name=name,
            purpose=StoredFile.Purpose.PILOT,
            stored_by=self.scene.cast.depositors[key],
        )

    def _review(self, proof: PilotProof, verdict: str) -> None:
        if verdict:
            review_proof(
                proof,
                verdict,
                actor=self.scene.cast.officer,
                role="officer",
                reason_code="" if verdict == "approve" else "unsigned",
                note="" if verdict == "approve" else _MISSING,
            )

    def _ask(self, key: str, software: Software, count: int, is_old: bool) -> None:
        advances = accepted_advances(self.scene, key, software)[: max(1, count // self.divide)]
        requests = [self._balance(advance) for advance in advances]
        deposit = self.scene.deposit(key, software.scheme, Kind.BALANCE, requests)
        if is_old:
            for request in FundingRequest.objects.filter(deposit=deposit).order_by("position"):
                self.lives.follow(request, self.chance.choice(_COURSES))

    def _balance(self, advance: FundingRequest) -> Request:
        return balance_of(advance, clock.today() - timedelta(days=self.chance.randint(3, 9)))


def balance_of(advance: FundingRequest, performed_on: date) -> Request:
    """A valid balance of this advance."""
    return balance(advance.payload, advance.number, performed_on=performed_on)


def accepted_advances(scene: Scene, key: str, software: Software) -> list[FundingRequest]:
    """The supplier's accepted advances for a solution that no live balance answers, oldest first."""  # noqa: E501
    answered = FundingRequest.objects.live().filter(kind=Kind.BALANCE).values("advance")
    return list(
        FundingRequest.objects.filter(
            supplier=scene.cast.suppliers[key],
            order__solution=scene.cast.solutions[software],
            kind=Kind.ADVANCE,
            state__in=["accepted", "to_pay", "paid"],
        )
        .exclude(pk__in=answered)
        .select_related("order__solution", "supplier")
        .order_by("pk")
    )
