"""What the bank answers: a pain.002 payment status report, or its CSV twin."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from lxml import etree

from segur_portal.common.french import paris_day

from .facts import BankReport, Returned, ReturnedBlock

# Statuses of the ISO 20022 external lists: settled, refused, under way. PART leaves it to the
# transactions.
SETTLED = frozenset({"ACSC", "ACCC"})
REJECTED = frozenset({"RJCT", "CANC"})
_CHECKED = {"ACCP", "ACFC", "ACFW", "ACTC", "PATC", "RCVC", "RCVD", "RVCM", "RVMC", "RVNC"}
UNDER_WAY = frozenset({*_CHECKED, "ACPD", "ACSP", "ACWC", "ACWP", "BLCK", "PDNG"})
PARTLY = "PART"
WORDS = {"paye": True, "payé": True, "rejete": False, "rejeté": False}
MAX_BYTES = 20 * 1024 * 1024
# When the money moved, the surest first; then when the order was taken.
_DATES = ("FctvIntrBkSttlmDt/{*}Dt", "FctvIntrBkSttlmDt/{*}DtTm", "AccptncDtTm")


class ReturnFileError(ValueError):
    """A file that says nothing usable; the message is in French, for the accounting officer."""


def read_returns(data: bytes) -> BankReport:
    """What a return file says, in its order.

    XML (pain.002, any version), where a block refused or settled as a whole stands for all its
    transfers, or CSV `identifiant;statut;code;texte;date` (statut: payé, rejeté; the date may be
    left out). Raises ReturnFileError.
    """
    if len(data) > MAX_BYTES:
        raise ReturnFileError("Le fichier de retour dépasse 20 Mio.")
    found = _from_xml(data) if data.lstrip()[:1] == b"<" else _from_csv(data)
    if found.is_empty:
        raise ReturnFileError("Le fichier de retour ne règle aucun virement.")
    return found


def _from_xml(data: bytes) -> BankReport:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReturnFileError(
            f"Le fichier de retour n’est pas un XML lisible : {error}."
        ) from error
    report = root.find("{*}CstmrPmtStsRpt")
    if report is None:
        raise ReturnFileError("Ce fichier XML n’est pas un compte rendu de paiement (pain.002).")
    written_on = _day(report.findtext("{*}GrpHdr/{*}CreDtTm") or "")
    found = BankReport()
    for one in report.iter("{*}OrgnlGrpInfAndSts"):
        _read(one, "OrgnlMsgId", "GrpSts", written_on, found, is_block=True)
    for one in report.iter("{*}OrgnlPmtInfAndSts"):
        _read(one, "OrgnlPmtInfId", "PmtInfSts", written_on, found, is_block=True)
    for one in report.iter("{*}TxInfAndSts"):
        _read(one, "OrgnlEndToEndId", "TxSts", written_on, found)
    return found


def _read(
    element: etree._Element,
    name_tag: str,
    status_tag: str,
    written_on: date | None,
    found: BankReport,
    *,
    is_block: bool = False,
) -> None:
    """Add to the report what is said of one transfer, or of a whole block."""
    name = (element.findtext(f"{{*}}{name_tag}") or "").strip()
    status = (element.findtext(f"{{*}}{status_tag}") or "").strip()
    if not name or not status or (is_block and status == PARTLY):
        return
    if status in SETTLED | REJECTED:
        code, text = _reason(element)
        dates = (*_dates(element), *((written_on,) if written_on else ()))
        if is_block:
            found.blocks.append(ReturnedBlock(name, status in SETTLED, code, text, dates))
        else:
            found.transfers.append(Returned(name, status in SETTLED, code, text, dates))
    elif status in UNDER_WAY:
        (found.blocks_under_way if is_block else found.under_way).append(name)
    else:
        found.problems.append(f"{name} : statut « {status} » inconnu, ignoré.")


def _reason(element: etree._Element) -> tuple[str, str]:
    reason = element.find("{*}StsRsnInf")
    if reason is None:
        return "", ""
    code = reason.findtext("{*}Rsn/{*}Cd") or reason.findtext("{*}Rsn/{*}Prtry") or ""
    text = " ".join(line.text or "" for line in reason.iterfind("{*}AddtlInf"))
    return code.strip(), text.strip()


def _dates(element: etree._Element) -> tuple[date, ...]:
    texts = (element.findtext(f"{{*}}{path}") or "" for path in _DATES)
    return tuple(found for text in texts if (found := _day(text)))


def _day(text: str) -> date | None:
    """The civil day in Paris of an ISO date or instant; None when it is not one."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return paris_day(instant) if instant.tzinfo else instant.date()


def _from_csv(data: bytes) -> BankReport:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReturnFileError("Le fichier de retour n’est pas en UTF-8.") from error
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    if not rows or [cell.strip().lower() for cell in rows[0][:2]] != ["identifiant", "statut"]:
        raise ReturnFileError(
            "La première ligne du fichier de retour doit être "
            "« identifiant;statut;code;texte;date »."
        )
    lines = [_csv_line(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    return BankReport(transfers=lines)


def _csv_line(number: int, row: list[str]) -> Returned:
    name, status, code, text, on = ([cell.strip() for cell in row] + [""] * 5)[:5]
    is_paid = WORDS.get(status.lower())
    if not name or is_paid is None:
        raise ReturnFileError(
            f"Ligne {number} du fichier de retour : le statut est « payé » ou « rejeté »."
        )
    return Returned(name, is_paid, code, text, (_csv_day(number, on),) if on else ())


def _csv_day(number: int, text: str) -> date:
    try:
        return date.fromisoformat("-".join(reversed(text.split("/"))))
    except ValueError as error:
        raise ReturnFileError(
            f"Ligne {number} du fichier de retour : la date s’écrit AAAA-MM-JJ ou JJ/MM/AAAA."
        ) from error
