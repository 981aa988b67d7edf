"""The correction file: the KO requests of a deposit, unchanged, under the next free name; and the
documents that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from funding.actions.limits import limits
from funding.documents.expected import BLOCKS
from funding.enums import Outcome
from funding.intake import Envelope, correction_file, read_envelope
from funding.intake.checks import DOCUMENT_PREFIXES
from funding.models import Deposit, DepositLine
from segur_portal.common.french import typographic
from segur_portal.common.rules import Severity
from segur_portal.common.serving import open_file


def has_correction(deposit: Deposit) -> bool:
    """Whether there is something to give back: a treated file with KO requests."""
    return deposit.state == "done" and deposit.ko_count > 0


def correction_of(deposit: Deposit) -> tuple[str, bytes]:
    """The name and bytes of the correction file of a treated deposit.

    Its requests are those of the stored file, which could be read when it was treated. Raises
    ValueError when nothing of this deposit is to be corrected.
    """
    if not has_correction(deposit) or deposit.file is None:
        raise ValueError(f"{deposit.number} has nothing to correct")
    envelope = read_envelope(
        open_file(deposit.file),
        filename=deposit.file_name,
        supplier_siret=deposit.supplier.siret,
        limits=limits(),
    )
    if not isinstance(envelope, Envelope):
        raise ValueError(f"{deposit.number} could not be read")
    indexes = deposit.lines.filter(outcome=Outcome.KO).values_list("index", flat=True)
    taken = Deposit.objects.of(deposit.supplier).values_list("file_name", flat=True)
    return correction_file(envelope.payload, indexes, deposit.file_name, set(taken))


@dataclass(frozen=True, slots=True)
class ToSend:
    """A document to put in the ZIP that goes with the correction file, and why; `is_faulty`: the
    one that came cannot serve."""

    index: int
    reference: str
    label: str
    name: str
    why: str
    is_faulty: bool


_UNCHANGED = typographic("À joindre de nouveau : sa demande n’a pas été intégrée.")


def documents_to_send(deposit: Deposit) -> list[ToSend]:
    """The documents of the KO requests of a treated deposit, those to replace first.

    None where no document is asked, nor for a request that is integrated already, whose own are
    there (REF-001). Two queries.
    """
    if not has_correction(deposit) or deposit.scheme is None:
        return []
    if not (deposit.scheme.requires_documents or deposit.archives.exists()):
        return []
    lines = deposit.lines.filter(outcome=Outcome.KO).exclude(reference="").order_by("index")
    found = [one for line in lines for one in _of_line(line, deposit.kind)]
    return sorted(found, key=lambda one: not one.is_faulty)


def _of_line(line: DepositLine, kind: str) -> Iterator[ToSend]:
    findings: list[Mapping[str, Any]] = line.findings
    if any(finding["code"] == "REF-001" for finding in findings):
        return
    for block, label, _ in BLOCKS.get(kind, ()):
        at = f"/{block}/nomFichier"
        blocking = [item for item in findings if item["severity"] == Severity.KO]
        said = [item["message"] for item in blocking if item["pointer"] == at]
        name = f"{DOCUMENT_PREFIXES[block]}{line.reference}.pdf"
        why = " ".join(said) or _UNCHANGED
        yield ToSend(line.index, line.reference, label, name, why, bool(said))
