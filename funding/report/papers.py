"""The signed documents of a deposit or a request, as people read them: same page, same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from funding.actions.isolation import requests_naming
from funding.documents import Reading, expected_files
from funding.models import DepositDocument, FundingRequest
from segur_portal.common.french import typographic
from segur_portal.common.models import StoredFile

from .cited import notes_on

SIGNATURES = {
    "none": ("Aucune signature électronique (peut-être signé à la main)", "info"),
    "unverified": ("Signature intacte, signataire non vérifié", "warning"),
    "verified": ("Signature vérifiée", "success"),
    "altered": ("Modifié après signature", "error"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value looked for in a document: where it was found, if it was."""

    label: str
    value: str
    pages: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: what it is, what its reading found; `notes` say more of some values."""

    label: str
    name: str
    document: DepositDocument | None
    reading: Reading | None
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> StoredFile | None:
        """What may be downloaded."""
        return self.document.file if self.document else None

    @property
    def signature(self) -> tuple[str, str]:
        """The outcome in words, and its badge."""
        outcome = self.reading.signature if self.reading else "none"
        words, badge = SIGNATURES[outcome]
        return typographic(words), badge

    @property
    def verdict(self) -> str:
        """The reading in one sentence."""
        if self.reading is None:
            return "Non lu."
        if self.reading.faults:
            return " ".join(fault.message for fault in self.reading.faults)
        if not self.reading.has_text:
            return "Document numérisé, sans texte : contrôle à l’œil."
        missing = len(self.reading.missing)
        total = len(self.reading.found)
        return f"{total - missing} valeurs trouvées sur {total} cherchées."

    @property
    def values(self) -> Sequence[Value]:
        """What was looked for, what is missing first."""
        if self.reading is None or self.reading.faults or not self.reading.has_text:
            return ()
        found = [
            Value(item.label, item.words, item.pages, self.notes.get(item.value, ""))
            for item in self.reading.found
        ]
        return sorted(found, key=lambda value: bool(value.pages))


def papers_of(request: FundingRequest) -> list[Paper]:
    """The documents that a request names, in the order of its blocks; none without any ZIP."""
    documents = DepositDocument.objects.filter(
        deposit=request.deposit_id, is_current=True
    ).select_related("file", "archive")
    files = expected_files(request.payload, request.kind)
    by_name = {one.name: one for one in documents.filter(name__in=[file.name for file in files])}
    if not by_name:
        return []
    return [
        paper_of(by_name[file.name], file.label, request)
        if file.name in by_name
        else Paper(file.label, file.name, None, None)
        for file in files
    ]


def request_of(document: DepositDocument) -> FundingRequest | None:
    """The integrated request that names the document, if there is one."""
    return requests_naming(document).first()


def label_of(document: DepositDocument, request: FundingRequest | None) -> str:
    """What the document is: « bon de commande », « procès-verbal », « facture »."""
    files = expected_files(request.payload, request.kind) if request else []
    return next((file.label for file in files if file.name == document.name), "document")


def paper_of(
    document: DepositDocument, label: str = "document", request: FundingRequest | None = None
) -> Paper:
    """One document on its own, or as the request that names it reads it."""
    reading = Reading.from_dict(document.reading)
    notes = notes_on(request, reading) if request else {}
    return Paper(label, document.name, document, reading, notes)
