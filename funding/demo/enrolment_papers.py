"""The papers of the demonstration's enrolments: answers, documents, bank details, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.base import ContentFile

from enrolment.actions import (
    decide_bank_details,
    deposit_document,
    review_document,
    save_bank_details,
    save_organisation,
    submit_enrolment,
)
from enrolment.actions.amendments import save_amendment, start_amendment, submit_amendment
from enrolment.actions.paperwork import (
    as_amended,
    current_bank_details,
    current_documents,
    lacks_of,
    lacks_of_change,
)
from enrolment.models import Distribution, Enrolment, Membership, User
from enrolment.rules.documents import Asked, Dates, DocumentKind, Osu, Stage
from segur_portal.common import clock
from segur_portal.common.models import Reason

from .small_pdf import small_pdf

# Numbers made for examples by the banking profession: no such account exists.
IBANS = (
    ("FR7630006000011234567890189", "AGRIFRPP"),
    ("FR7630004000031234567890143", "BNPAFRPP"),
    ("FR8214508000300003024375L09", "BREDFRPP"),
    ("FR1420041010050500013M02606", "PSSTFRPPPAR"),
    ("FR7610107001011234567890129", "BREDFRPP"),
)
# One identity document ends soon after the demonstration's day: it is announced.
_IDENTITY_ENDS = date(2026, 10, 6)
_FAR = date(2031, 6, 30)


@dataclass
class Paperwork:
    """The papers of one enrolment, and who signs and reviews them."""

    enrolment: Enrolment
    signatory: User
    officer: User

    def fill(self) -> None:
        """Answer the questions, deposit the early documents, type the bank details once."""
        supplier = self.enrolment.supplier
        save_organisation(
            self.enrolment,
            {
                "legal_representative": str(self.signatory),
                "is_vat_subject": supplier.is_vat_subject,
                "hosts_data": supplier.pk % 2 == 0,
                "osu": self._osu().value,
                "osu_granted_on": supplier.osu_granted_on,
                "osu_expires_on": supplier.osu_expires_on,
            },
        )
        self.enrolment.refresh_from_db()
        self._deposit(Stage.EARLY)
        if not current_bank_details(self.enrolment):
            iban, bic = IBANS[supplier.pk % len(IBANS)]
            save_bank_details(
                supplier, holder=supplier.name[:70], iban=iban, bic=bic, actor=self.signatory
            )

    def _osu(self) -> Osu:
        """Held; else the editor's, where every mandate covers it."""
        if self.enrolment.supplier.osu_granted_on:
            return Osu.HELD
        mandates = Distribution.objects.filter(
            distributor=self.enrolment.supplier_id, solution__in=self.enrolment.solutions.all()
        )
        covers = [one.covers_osu for one in mandates]
        return Osu.EDITOR if covers and all(covers) else Osu.PENDING

    def is_complete(self) -> bool:
        """Whether it can be signed and sent."""
        self.enrolment.refresh_from_db()
        is_final = self.enrolment.state == "early" or self.enrolment.stage_asked == Stage.FINAL
        return not lacks_of(self.enrolment, stage=Stage.FINAL if is_final else Stage.EARLY)

    def send(self) -> None:
        """Sign and send it."""
        membership = Membership.objects.get(
            user=self.signatory, supplier=self.enrolment.supplier_id
        )
        submit_enrolment(self.enrolment, membership=membership)

    def declare_change(self, legal_representative: str) -> None:
        """Declare another legal representative, with the identity document, signed and sent."""
        change = start_amendment(self.enrolment, actor=self.signatory)
        save_amendment(change, {"legal_representative": legal_representative})
        for lack in lacks_of_change(self.enrolment, as_amended(self.enrolment)):
            if lack.asked is not None:
                self._paper(lack.asked)
        membership = Membership.objects.get(
            user=self.signatory, supplier=self.enrolment.supplier_id
        )
        submit_amendment(change, membership=membership)

    def before(self, move: str) -> None:
        """What precedes a move: certificates before finalising, reviews before a decision."""
        self.enrolment.refresh_from_db()
        if move in ("finalise", "resubmit"):
            self._deposit(Stage.FINAL)
        elif move == "validate_final" and self.enrolment.early_validated_on is None:
            self._accept(absent_too=True)
        elif move in ("validate_early", "validate_final"):
            self._accept()
        elif move == "request_correction":
            self._send_back()
        elif move == "submit" and self._asks_final():
            Enrolment.objects.filter(pk=self.enrolment.pk).update(stage_asked=Stage.FINAL.value)
            self._deposit(Stage.FINAL)

    def _asks_final(self) -> bool:
        solutions = self.enrolment.solutions.all()
        return bool(solutions) and all(one.referenced_on for one in solutions)

    def _deposit(self, stage: str) -> None:
        for lack in lacks_of(self.enrolment, stage=stage):
            if lack.asked is not None:
                self._paper(lack.asked)

    def _paper(self, asked: Asked) -> None:
        name = self.enrolment.supplier.name
        lines = [asked.label, name, asked.solution.name if asked.solution else ""]
        bank = current_bank_details(self.enrolment)
        if asked.kind == DocumentKind.BANK:
            iban = bank.iban() if bank else IBANS[self.enrolment.supplier_id % len(IBANS)][0]
            lines.append(f"IBAN {iban}")
        deposit_document(
            self.enrolment,
            kind=asked.kind,
            solution_id=asked.solution.id if asked.solution else None,
            file=ContentFile(small_pdf(*lines), name=f"{asked.kind}.pdf"),
            actor=self.signatory,
            covers_osu=self._covers_osu(asked),
            **self._dates(asked),
        )

    def _dates(self, asked: Asked) -> dict[str, date]:
        if asked.kind == DocumentKind.DISTRIBUTION_MANDATE and (found := self._mandate(asked)):
            dates = {"starts_on": found.mandate_starts_on, "expires_on": found.mandate_ends_on}
            return {key: value for key, value in dates.items() if value is not None}
        if asked.dates == Dates.EXPIRES:
            is_first = asked.kind == DocumentKind.IDENTITY and self.enrolment.supplier_id == 2
            return {"expires_on": _IDENTITY_ENDS if is_first else _FAR}
        if asked.dates == Dates.ISSUED:
            return {"issued_on": clock.today() - timedelta(days=12)}
        return {}

    def _mandate(self, asked: Asked) -> Distribution | None:
        rows = Distribution.objects.filter(distributor=self.enrolment.supplier_id)
        return rows.filter(solution=asked.solution.id).first() if asked.solution else None

    def _covers_osu(self, asked: Asked) -> bool:
        found = self._mandate(asked)
        return found.covers_osu if found else False

    def _accept(self, *, absent_too: bool = False) -> None:
        """Accept everything deposited and the bank details."""
        if absent_too:
            assert not [lack for lack in lacks_of(self.enrolment, stage=Stage.FINAL) if lack.asked]
        for row in current_documents(self.enrolment).values():
            if row.state != "accepted":
                review_document(row, "accept", actor=self.officer)
        bank = current_bank_details(self.enrolment)
        if bank is not None and bank.state == "proposed":
            decide_bank_details(bank, "accept", actor=self.officer)

    def _send_back(self) -> None:
        """The bank statement and the mandates go back, the rest is accepted."""
        reasons = {one.code: one for one in Reason.objects.filter(subject="document")}
        words = {
            DocumentKind.BANK: ("expired", "Le RIB date de plus de trois mois."),
            DocumentKind.DISTRIBUTION_MANDATE: ("unsigned", "Le mandat n’est pas signé."),
        }
        for row in current_documents(self.enrolment).values():
            code, message = words.get(DocumentKind(row.kind), ("", ""))
            if code:
                review_document(
                    row, "send_back", actor=self.officer, reason=reasons[code], message=message
                )
            else:
                review_document(row, "accept", actor=self.officer)
