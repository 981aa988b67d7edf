"""The signed documents of the demonstration's deposits: most are right, a few deserve a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from django.core.files.base import ContentFile

from enrolment.enums import SpecimenKind
from enrolment.models import Specimen
from funding.actions.limits import DEMO_AUTHORITY, limits
from funding.actions.paper import blank_model
from funding.intake import Envelope, check_structure, read_envelope
from funding.report.paper import model_data
from segur_portal.common.enums import DocumentKind, Kind
from segur_portal.common.models import Scheme, Statement

from .papers import a_pdf, a_scan, a_zip, acceptance_lines, invoice_lines, order_lines
from .seals import altered, authority, signed, signer, stranger

# Of a hundred electronic signatures: broken, made with a certificate of nobody's.
_ALTERED, _STRANGER = 4, 16
# Of a hundred documents: scanned (if signed by hand), saying another amount than the request.
_SCANNED, _DISAGREEING = 7, 10
# Of a hundred orders: without the number of the layout that they follow (ENR-005).
_WITHOUT_NUMBER = range(90, 95)
_RIGHT = 99


class Briefcase:
    """Makes the ZIP of a deposit. `is_right`: nothing is to be said of its documents."""

    def __init__(self, *, is_right: bool = False) -> None:
        self.is_right = is_right
        self._texts: dict[tuple[str, str], tuple[str, ...]] = {}
        self._layouts: dict[tuple[str, str], list[Specimen]] = {}
        self._models: dict[str, str] = {}

    def zip_of(self, content: bytes, name: str, siret: str) -> ContentFile[bytes] | None:
        """The ZIP of the documents that a JSON file names; None when it awaits none."""
        files = self.files_of(content, name, siret)
        return ContentFile(a_zip(files), zip_name(name)) if files else None

    def files_of(self, content: bytes, name: str, siret: str) -> dict[str, bytes]:
        """The documents of the requests whose structure is right, by name."""
        envelope = read_envelope(content, filename=name, supplier_siret=siret, limits=limits())
        if not isinstance(envelope, Envelope):
            return {}
        pairs = zip(check_structure(envelope), envelope.requests, strict=True)
        return {
            file: paper
            for structure, request in pairs
            if not structure.findings
            for file, paper in self._papers(request, envelope.kind, envelope.scheme, siret)
        }

    def _papers(
        self, request: Mapping[str, Any], kind: str, scheme: str, siret: str
    ) -> Iterator[tuple[str, bytes]]:
        chance = Random(request["referenceFournisseur"])  # noqa: S311 - a demonstration
        draw = _RIGHT if self.is_right else chance.randrange(100)
        if kind == Kind.BALANCE:
            report = request["procesVerbal"]
            texts = self._statements(DocumentKind.ACCEPTANCE_REPORT, scheme)
            lines = acceptance_lines(request, texts)
            yield report["nomFichier"], _signed(lines, report, "Camille MARTIN", draw, chance)
            invoice = a_pdf(invoice_lines(request), is_hand_signed=False)
            yield request["facture"]["nomFichier"], invoice
            return
        order, chief = request["bonDeCommande"], request["clients"][0]["representantLegal"]
        texts = self._statements(DocumentKind.PURCHASE_ORDER, scheme)
        signed_on = date.fromisoformat(order["dateSignature"])
        number = "" if draw in _WITHOUT_NUMBER else self._layout(siret, scheme, signed_on)
        lines = order_lines(_shown(request, draw), texts, number)
        signatory = f"{chief['prenom']} {chief['nom']}"
        yield order["nomFichier"], _signed(lines, order, signatory, draw, chance)

    def _layout(self, siret: str, scheme: str, on: date) -> str:
        """The number that an order bears: the supplier's own layout, once found compliant or when
        it has no other; else the ASP model."""
        if (siret, scheme) not in self._layouts:
            rows = Specimen.objects.filter(
                supplier__siret=siret, scheme=scheme, kind=SpecimenKind.PURCHASE_ORDER
            )
            self._layouts[siret, scheme] = list(rows.exclude(state="withdrawn").order_by("pk"))
        for row in self._layouts[siret, scheme]:
            if row.compliant_from is None or row.compliant_from <= on:
                return row.passport
        if scheme not in self._models:
            data = model_data(SpecimenKind.PURCHASE_ORDER, Scheme.objects.get(pk=scheme))
            model = blank_model(data)
            self._models[scheme] = model.reference if model else ""
        return self._models[scheme]

    def _statements(self, kind: str, scheme: str) -> tuple[str, ...]:
        """The mandatory texts of a kind of document, as the portal looks for them."""
        if (kind, scheme) not in self._texts:
            rows = Statement.objects.binding(kind, scheme)
            self._texts[kind, scheme] = tuple(rows.values_list("text", flat=True))
        return self._texts[kind, scheme]


def _shown(request: Mapping[str, Any], draw: int) -> Mapping[str, Any]:
    """What the order says: at times another amount than its request (DOC-004)."""
    if not _SCANNED <= draw < _DISAGREEING:
        return request
    other = deepcopy(dict(request))
    other["bonDeCommande"]["montantTTC"] += 100
    return other


def _signed(
    lines: Sequence[str], block: Mapping[str, Any], name: str, draw: int, chance: Random
) -> bytes:
    """The document signed as its request says."""
    if block["typeSignature"] != "ELECTRONIQUE":
        return a_scan(lines) if draw < _SCANNED else a_pdf(lines, chance=chance)
    plain = a_pdf(lines, is_hand_signed=False)
    if draw < _ALTERED:
        return altered(signed(plain, signer(name)))
    return signed(plain, stranger() if draw < _STRANGER else signer(name))


def zip_name(name: str) -> str:
    """The name of the ZIP that goes with a JSON file."""
    return f"{name.removesuffix('.json')}.zip"


def write_trust(folder: Path) -> None:
    """Keep the certificate of the demonstration's authority: its signatures are verified."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEMO_AUTHORITY).write_bytes(authority().pem)


def write_zip(briefcase: Briefcase, path: Path, siret: str) -> None:
    """Write beside a JSON file the ZIP of its documents, if it awaits some."""
    archive = briefcase.zip_of(path.read_bytes(), path.name, siret)
    if archive:
        path.with_name(zip_name(path.name)).write_bytes(archive.read())
