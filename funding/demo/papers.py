"""Signed documents for tests and the demonstration: orders, acceptance reports, invoices.

Written straight as PDF, a page of text and a hand signature, in about a millisecond; signed
electronically with certificates made here, that nobody else trusts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from random import Random
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from pikepdf import Array, Dictionary, Name

if TYPE_CHECKING:
    from funding.models import FundingRequest

LINES_PER_PAGE = 48
_LEFT, _TOP, _LEADING = 56, 780, 15
_A4 = (595, 842)
_LINE = 95


def order_lines(
    request: Mapping[str, Any], statements: Sequence[str] = (), layout: str = ""
) -> list[str]:
    """The text of the purchase order of a request, with these mandatory statements and the number
    of the layout that it follows."""
    order, software = request["bonDeCommande"], request["solutionLogicielle"]
    lines = [
        "BON DE COMMANDE",
        f"Numéro {order['numero']}, référence {request['referenceFournisseur']}",
        f"Logiciel {software['nom']} {software['version']}",
        "",
        *_wrapped(statements),
        "",
    ]
    for client in request["clients"]:
        lines += _client_lines(client)
    lines += [
        "",
        *_amount_lines(order),
        "",
        f"Signé le {_day(order['dateSignature'])} par le client",
    ]
    return [*lines, f"Modèle de document {layout}"] if layout else lines


def acceptance_lines(request: Mapping[str, Any], statements: Sequence[str] = ()) -> list[str]:
    """The text of the acceptance report of a balance, with these mandatory statements."""
    lines = [
        "PROCÈS-VERBAL DE VÉRIFICATION D’APTITUDE",
        f"Dossier {request['numeroDossier']}, référence {request['referenceFournisseur']}",
        f"Prestation réalisée le {_day(request['dateRealisation'])}",
        *_wrapped(statements),
    ]
    for client in request["clients"]:
        lines += [f"SIREN {client['siren'] or '–'}   RPPS {client['rpps'] or '–'}"]
        lines += [f"FINESS {value}" for value in client["finessGeographiques"]]
        lines += [f"Numéro AM {value}" for value in client["numerosAm"]]
    return [*lines, "", f"Signé le {_day(request['procesVerbal']['dateSignature'])} par le client"]


def invoice_lines(request: Mapping[str, Any]) -> list[str]:
    """The text of the invoice of a balance."""
    invoice = request["facture"]
    return [
        f"FACTURE {invoice['numero']}",
        f"Date : {_day(invoice['dateFacture'])}",
        f"Dossier {request['numeroDossier']}",
        *_amount_lines(invoice),
    ]


def report_lines(
    advance: FundingRequest, client_key: str, client_name: str, signed_on: date
) -> list[str]:
    """The text of a pilot report."""
    return [
        "PROCÈS-VERBAL PILOTE",
        f"Client final : {client_name}",
        f"Identifiant {client_key}",
        f"Logiciel {advance.order.solution}, bon de commande {advance.order.number}",
        f"Dossier {advance.number}",
        f"Signé le {signed_on:%d/%m/%Y}",
        "Le Client atteste de la réalisation complète et conforme de la Prestation Ségur.",
        "Cette installation fait partie des premières Prestations Ségur du Fournisseur.",
        "Procès-verbal pilote signé par le Client final",
    ]


def _wrapped(statements: Iterable[str]) -> list[str]:
    """Each statement on as many lines as it needs."""
    return [line for text in statements for line in wrap(text, _LINE)]


def _client_lines(client: Mapping[str, Any]) -> list[str]:
    chief = client["representantLegal"]
    lines = [
        f"Client : {client['nomStructure']}",
        f"SIREN {client['siren'] or '–'}   Représentant légal : {chief['prenom']} {chief['nom']}",
    ]
    lines += [
        f"   Établissement {site['nom']}, FINESS {site['finessGeographique']}"
        for site in client["etablissements"]
    ]
    lines += [
        f"   Docteur {doctor['prenom']} {doctor['nom']}, RPPS {doctor['rpps']}, "
        f"numéro AM {doctor['numeroAm']}"
        for doctor in client["medecins"]
    ]
    return lines


def _amount_lines(block: Mapping[str, Any]) -> list[str]:
    return [f"Montant {part} : {_euros(block[f'montant{part}'])}" for part in ("HT", "TVA", "TTC")]


def _euros(amount: Any) -> str:
    return f"{amount:,.2f} €".replace(",", " ").replace(".", ",")


def _day(text: str) -> str:
    return date.fromisoformat(text).strftime("%d/%m/%Y")


def a_pdf(
    lines: Sequence[str], *, is_hand_signed: bool = True, chance: Random | None = None
) -> bytes:
    """A PDF of these lines, with a hand signature drawn at the end."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
            Encoding=Name.WinAnsiEncoding,
        )
    )  # fmt: skip
    pages = [lines[at : at + LINES_PER_PAGE] for at in range(0, len(lines), LINES_PER_PAGE)] or [[]]
    for rank, part in enumerate(pages):
        is_last = rank == len(pages) - 1
        content = _text(part)
        if is_last and is_hand_signed:
            content += _scribble(chance or Random(0), _TOP - _LEADING * len(part) - 60)  # noqa: S311
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, *_A4]),
            Resources=Dictionary(Font=Dictionary(F1=font)),
            Contents=pdf.make_stream(content),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    target = BytesIO()
    pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _text(lines: Iterable[str]) -> bytes:
    parts = [b"BT /F1 10 Tf %d %d Td %d TL" % (_LEFT, _TOP, _LEADING)]
    for line in lines:
        safe = line.encode("cp1252", errors="replace")
        for mark in (b"\\", b"(", b")"):
            safe = safe.replace(mark, b"\\" + mark)
        parts.append(b"(" + safe + b") '")
    return b"\n".join([*parts, b"ET\n"])


def _scribble(chance: Random, height: float) -> bytes:
    """A signature by hand: one line that wanders."""
    x, y = 330.0, max(height, 60.0)
    parts = ["0.05 0.1 0.45 RG 1.4 w", f"{x:.0f} {y:.0f} m"]
    for _ in range(7):
        points = []
        for _ in range(3):
            x += chance.uniform(-4, 14)
            points.append(f"{x:.1f} {y + chance.uniform(-18, 22):.1f}")
        parts.append(" ".join([*points, "c"]))
    return "\n".join([*parts, "S\n"]).encode()


def a_scan(lines: Sequence[str]) -> bytes:
    """The same page as a picture: no text to read."""
    import pypdfium2

    document = pypdfium2.PdfDocument(a_pdf(lines))
    image = document[0].render(scale=1.2, grayscale=True).to_pil()
    document.close()
    pdf = pikepdf.new()
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=55)
    picture = pdf.make_stream(
        jpeg.getvalue(),
        Type=Name.XObject, Subtype=Name.Image, Width=image.width, Height=image.height,
        ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, *_A4]),
        Resources=Dictionary(XObject=Dictionary(Im=picture)),
        Contents=pdf.make_stream(b"q %d 0 0 %d 0 0 cm /Im Do Q" % _A4),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    target = BytesIO()
    pdf.save(target, deterministic_id=True)
    return target.getvalue()


def documents_of(request: Mapping[str, Any], kind: str, layout: str = "") -> dict[str, bytes]:
    """The documents that a well-formed request names, all right, an order following that layout."""
    chance = Random(request["referenceFournisseur"])  # noqa: S311
    if kind == "SOLDE":
        return {
            request["procesVerbal"]["nomFichier"]: a_pdf(acceptance_lines(request), chance=chance),
            request["facture"]["nomFichier"]: a_pdf(invoice_lines(request), is_hand_signed=False),
        }
    order = a_pdf(order_lines(request, (), layout), chance=chance)
    return {request["bonDeCommande"]["nomFichier"]: order}


def a_zip(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of these files."""
    pairs = files.items() if isinstance(files, Mapping) else files
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return target.getvalue()
