"""Pilot proofs as suppliers deposit them: on an accepted order, with the checks of its PDF.

The file is read at once, in a process of its own: a supplier deposits a handful in all, and hears
straight away that a file cannot be accepted (DOC-002).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from enrolment.models import Solution, Supplier, User
from funding.actions.limits import reading_limits, trust_roots
from funding.documents import ExpectedFile, Match, Reader, Reading, Wanted
from funding.documents.facts import document_facts
from funding.models import FundingRequest
from funding.rules.catalogue import CATALOGUE
from orders.models import OrderClient
from pilots.actions import record_proof, replace_proof
from pilots.models import PilotProof
from segur_portal.common import clock
from segur_portal.common.actions import store_file
from segur_portal.common.antivirus import scan_file
from segur_portal.common.enums import DocumentKind
from segur_portal.common.models import Statement, StoredFile

_INFECTED = (
    "L’antivirus a trouvé ce fichier infecté : il est isolé. Nettoyez le poste qui l’a produit."
)
_CHECKS = ("DOC-003", "DOC-004")


class PilotRefusedError(Exception):
    """A proof refused at the door; the message is in French, `field` says where it belongs."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Paper:
    """A file received with what was read of it."""

    file: StoredFile
    findings: list[dict[str, Any]]
    pages: dict[str, list[int]]


def submit_report(
    *,
    request: FundingRequest,
    user: User,
    content: File[bytes],
    signed_on: date,
    is_electronic: bool = False,
) -> PilotProof:
    """Receive the pilot report of an accepted advance's client (PIL-001).

    Raises PilotRefusedError: an advance that is not accepted, a signature before the order's or
    in the future, a file that cannot be read; ForbiddenMoveError: a client that served already.
    """
    if not FundingRequest.objects.provable().filter(pk=request.pk).exists():
        raise PilotRefusedError(
            "Cette demande n’est pas une avance acceptée : son client ne peut pas servir de pilote."
        )
    _check_day(signed_on, request.order.signed_on)
    key, name, wanted = _client(request)
    paper = _receive(
        content,
        user=user,
        wanted=wanted,
        signed_on=signed_on,
        is_electronic=is_electronic,
        scheme=request.scheme_id,
    )
    return record_proof(
        supplier=request.supplier,
        solution=request.order.solution,
        kind=PilotProof.Kind.REPORT,
        user=user,
        order=request.order,
        client_key=key,
        client_name=name,
        signed_on=signed_on,
        file=paper.file,
        findings=paper.findings,
        pages=paper.pages,
    )


def submit_training(
    *, supplier: Supplier, solution: Solution, user: User, content: File[bytes], label: str
) -> PilotProof:
    """Receive a training material of a solution. Raises PilotRefusedError."""
    paper = _receive(content, user=user)
    return record_proof(
        supplier=supplier,
        solution=solution,
        kind=PilotProof.Kind.TRAINING,
        user=user,
        label=label,
        file=paper.file,
        findings=paper.findings,
    )


def answer_correction(
    proof: PilotProof,
    *,
    user: User,
    content: File[bytes],
    signed_on: date | None = None,
    is_electronic: bool = False,
) -> None:
    """Replace the file of a proof to correct. Raises PilotRefusedError, ForbiddenMoveError."""
    if proof.order is None:
        paper = _receive(content, user=user)
    else:
        signed_on = signed_on or proof.signed_on
        assert signed_on is not None
        _check_day(signed_on, proof.order.signed_on)
        request = proof.order.requests.provable().select_related("order").first()
        if request is None:
            raise PilotRefusedError("La demande de ce client n’est plus acceptée.")
        _, _, wanted = _client(request)
        paper = _receive(
            content,
            user=user,
            wanted=wanted,
            signed_on=signed_on,
            is_electronic=is_electronic,
            scheme=request.scheme_id,
        )
    replace_proof(
        proof,
        user=user,
        file=paper.file,
        signed_on=signed_on,
        findings=paper.findings,
        pages=paper.pages,
    )


def client_of(request: FundingRequest) -> tuple[str, str]:
    """What tells the client of an order from another (SIREN, otherwise RPPS), and its name."""
    key, name, _ = _client(request)
    return key, name


def _client(request: FundingRequest) -> tuple[str, str, list[Wanted]]:
    """The key, the name, and the identifiers that a report must show, of an order's client."""
    client: OrderClient = request.order.clients.order_by("position")[0]
    line = client.lines.order_by("position").first()
    rpps = line.rpps if line else ""
    label, key = ("SIREN", client.siren) if client.siren else ("RPPS", rpps)
    return key, client.name, [Wanted("client", "identifier", label, key, "client")]


def _check_day(signed_on: date, order_signed_on: date) -> None:
    if signed_on > clock.today():
        raise PilotRefusedError("La date de signature est dans le futur.", "signed_on")
    if signed_on < order_signed_on:
        raise PilotRefusedError(
            f"Le PV serait signé avant le bon de commande ({order_signed_on:%d/%m/%Y}).",
            "signed_on",
        )


def _receive(
    content: File[bytes],
    *,
    user: User,
    wanted: list[Wanted] | None = None,
    signed_on: date | None = None,
    is_electronic: bool = False,
    scheme: str = "",
) -> Paper:
    """Read the file before keeping it. Raises PilotRefusedError when it cannot be accepted.

    Without anything to look for (training materials), only whether the file is sound is judged.
    """
    reading, codes = _read(content, wanted, signed_on, scheme)
    is_report = wanted is not None
    file = ExpectedFile("", content.name or "document.pdf", _label(is_report), "", is_electronic)
    facts = document_facts(file, Match(file.name), reading)
    for finding in CATALOGUE["DOC-002"].findings(facts):
        raise PilotRefusedError(f"{finding.message} {finding.advice}".strip(), "file")
    found = [
        {**finding.as_dict(), "pointer": ""}
        for code in (_CHECKS if is_report else ())
        for finding in CATALOGUE[code].findings(facts)
    ]
    with transaction.atomic():
        stored = store_file(
            content, name=file.name, purpose=StoredFile.Purpose.PILOT, stored_by=user
        )
        infected = settings.CLAMD_ADDRESS and scan_file(stored) == StoredFile.Scan.INFECTED
    if infected:
        raise PilotRefusedError(_INFECTED, "file")
    pages = {one.key: list(one.pages) for one in reading.found if one.key in codes}
    return Paper(stored, found, pages)


def _read(
    content: File[bytes], wanted: list[Wanted] | None, signed_on: date | None, scheme: str
) -> tuple[Reading, set[str]]:
    statements = (
        list(Statement.objects.binding(DocumentKind.PILOT_REPORT, scheme))
        if wanted is not None
        else []
    )
    looked = [*(wanted or ()), *map(_statement, statements)]
    if signed_on:
        looked.append(
            Wanted("signed_on", "date", "Date de signature", signed_on.isoformat(), "signed_on")
        )
    with (
        tempfile.NamedTemporaryFile(suffix=".pdf") as local,
        Reader(reading_limits(), trust_roots()) as reader,
    ):
        for chunk in content.chunks():
            local.write(chunk)
        local.flush()
        content.seek(0)
        reading = reader.read(Path(local.name), looked)
    return reading, {one.code for one in statements}


def _statement(one: Statement) -> Wanted:
    kind = "pattern" if one.pattern else "statement"
    return Wanted(one.code, kind, "Mention obligatoire", one.pattern or one.text)


def _label(is_report: bool) -> str:
    return "PV pilote" if is_report else "support de formation"
