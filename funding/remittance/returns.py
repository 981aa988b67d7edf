"""What the bank answers: a pain.002 payment status report, or its CSV twin."""

from __future__ import annotations

import csv
import io

from lxml import etree

from .facts import Returned

PAID = frozenset({"ACSC", "ACCC", "ACSP", "ACWC"})
REJECTED = frozenset({"RJCT", "CANC"})
WORDS = {"paye": True, "payé": True, "rejete": False, "rejeté": False}
MAX_BYTES = 20 * 1024 * 1024


class ReturnFileError(ValueError):
    """A file that says nothing usable; the message is in French, for the accounting officer."""


def read_returns(data: bytes) -> list[Returned]:
    """The transfers that a return file settles, in its order; those still pending are left out.

    XML (pain.002, any version) or CSV `identifiant;statut;code;texte` (statut: payé, rejeté).
    Raises ReturnFileError.
    """
    if len(data) > MAX_BYTES:
        raise ReturnFileError("Le fichier de retour dépasse 20 Mio.")
    found = _from_xml(data) if data.lstrip()[:1] == b"<" else _from_csv(data)
    if not found:
        raise ReturnFileError("Le fichier de retour ne règle aucun virement.")
    return found


def _from_xml(data: bytes) -> list[Returned]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReturnFileError(
            f"Le fichier de retour n’est pas un XML lisible : {error}."
        ) from error
    if root.find("{*}CstmrPmtStsRpt") is None:
        raise ReturnFileError("Ce fichier XML n’est pas un compte rendu de paiement (pain.002).")
    found = [_status(one) for one in root.iter("{*}TxInfAndSts")]
    return [one for one in found if one is not None]


def _status(element: etree._Element) -> Returned | None:
    name = element.findtext("{*}OrgnlEndToEndId") or ""
    status = element.findtext("{*}TxSts") or ""
    if not name or status not in PAID | REJECTED:
        return None
    reason = element.find("{*}StsRsnInf")
    code = text = ""
    if reason is not None:
        code = reason.findtext("{*}Rsn/{*}Cd") or reason.findtext("{*}Rsn/{*}Prtry") or ""
        text = " ".join(line.text or "" for line in reason.iterfind("{*}AddtlInf"))
    return Returned(name.strip(), status in PAID, code.strip(), text.strip())


def _from_csv(data: bytes) -> list[Returned]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReturnFileError("Le fichier de retour n’est pas en UTF-8.") from error
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    if not rows or [cell.strip().lower() for cell in rows[0][:2]] != ["identifiant", "statut"]:
        raise ReturnFileError(
            "La première ligne du fichier de retour doit être « identifiant;statut;code;texte »."
        )
    return [_csv_line(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]


def _csv_line(number: int, row: list[str]) -> Returned:
    name, status, code, text = ([cell.strip() for cell in row] + [""] * 4)[:4]
    is_paid = WORDS.get(status.lower())
    if not name or is_paid is None:
        raise ReturnFileError(
            f"Ligne {number} du fichier de retour : le statut est « payé » ou « rejeté »."
        )
    return Returned(name, is_paid, code, text)
