"""The credit transfer file, ISO 20022 pain.001.001.09, as SEPA restricts it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from lxml import etree

from .characters import sepa_text
from .facts import Debtor, Remittance, Transfer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME, LABEL = 70, 140
Element: TypeAlias = etree._Element


def credit_transfer_file(remittance: Remittance) -> bytes:
    """The file: one payment block, SEPA, charges shared; UTF-8, the same bytes every time."""
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    initiation = _child(root, "CstmrCdtTrfInitn")
    _header(initiation, remittance)
    _block(initiation, remittance)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _child(parent: Element, name: str, text: str | None = None) -> Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _path(parent: Element, *names: str, text: str) -> None:
    for name in names:
        parent = _child(parent, name)
    parent.text = text


def _header(parent: Element, remittance: Remittance) -> None:
    header = _child(parent, "GrpHdr")
    _child(header, "MsgId", remittance.message_id)
    _child(header, "CreDtTm", remittance.created_at.isoformat(timespec="seconds"))
    _control(header, remittance)
    _path(header, "InitgPty", "Nm", text=sepa_text(remittance.debtor.name, NAME))


def _control(parent: Element, remittance: Remittance) -> None:
    _child(parent, "NbOfTxs", str(len(remittance.transfers)))
    _child(parent, "CtrlSum", _amount(remittance.total))


def _block(parent: Element, remittance: Remittance) -> None:
    block = _child(parent, "PmtInf")
    _child(block, "PmtInfId", remittance.message_id)
    _child(block, "PmtMtd", "TRF")
    _control(block, remittance)
    _path(block, "PmtTpInf", "SvcLvl", "Cd", text="SEPA")
    _path(block, "ReqdExctnDt", "Dt", text=remittance.execution_on.isoformat())
    _debtor(block, remittance.debtor)
    _child(block, "ChrgBr", "SLEV")
    for transfer in remittance.transfers:
        _transfer(block, transfer)


def _debtor(block: Element, debtor: Debtor) -> None:
    _party(block, "Dbtr", debtor.name, debtor.town, debtor.country)
    _path(block, "DbtrAcct", "Id", "IBAN", text=debtor.iban)
    _path(block, "DbtrAgt", "FinInstnId", "BICFI", text=debtor.bic)


def _party(parent: Element, tag: str, name: str, town: str, country: str) -> None:
    """A name, and a structured address when the town is known: free lines are refused."""
    party = _child(parent, tag)
    _child(party, "Nm", sepa_text(name, NAME))
    if town:
        address = _child(party, "PstlAdr")
        _child(address, "TwnNm", sepa_text(town, 35))
        _child(address, "Ctry", country)


def _transfer(block: Element, transfer: Transfer) -> None:
    element = _child(block, "CdtTrfTxInf")
    payment = _child(element, "PmtId")
    _child(payment, "InstrId", transfer.end_to_end_id)
    _child(payment, "EndToEndId", transfer.end_to_end_id)
    amount = _child(_child(element, "Amt"), "InstdAmt", _amount(transfer.amount))
    amount.set("Ccy", "EUR")
    if transfer.bic:
        _path(element, "CdtrAgt", "FinInstnId", "BICFI", text=transfer.bic)
    _party(element, "Cdtr", transfer.holder, transfer.town, transfer.country)
    _path(element, "CdtrAcct", "Id", "IBAN", text=transfer.iban)
    _path(element, "RmtInf", "Ustrd", text=sepa_text(transfer.label, LABEL))


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"
