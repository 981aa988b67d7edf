"""The files exchanged with the bank: held to the ISO schema, to the cent, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from funding.remittance import (
    Debtor,
    Remittance,
    RemittanceError,
    ReturnFileError,
    Transfer,
    credit_transfer_file,
    read_returns,
    slip_csv,
)
from funding.remittance.characters import sepa_text

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
ASP = Debtor(
    "Agence de services et de paiement", "FR7610071750000000100012302", "TRPUFRP1", "LIMOGES", "FR"
)
ONE = Transfer(
    end_to_end_id="VIR-0000001-1",
    amount=Decimal("1234.50"),
    holder="Société d’Imagerie & Cie",
    iban="FR7630001007941234567890185",
    bic="BDFEFRPP",
    label="Ségur avance RIS-A-0000001",
    town="Saint-Étienne",
)


def a_remittance(*transfers: Transfer) -> Remittance:
    return Remittance(
        message_id="LOT-0000001",
        created_at=datetime(2026, 9, 15, 8, 0, tzinfo=UTC),
        execution_on=date(2026, 9, 17),
        debtor=ASP,
        transfers=transfers or (ONE, replace(ONE, end_to_end_id="VIR-2", amount=Decimal("0.01"))),
    )


@cache
def schema() -> etree.XMLSchema:
    path = files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))


def parsed(remittance: Remittance) -> etree._Element:
    """The file, once the official schema has accepted it."""
    root = etree.fromstring(credit_transfer_file(remittance))
    schema().assertValid(root)
    return root


def test_the_file_is_valid_and_adds_up() -> None:
    """Number and sum of the transfers, at both levels, are those of the lines."""
    root = parsed(a_remittance())
    assert root.xpath("//p:NbOfTxs/text()", namespaces=NS) == ["2", "2"]
    assert root.xpath("//p:CtrlSum/text()", namespaces=NS) == ["1234.51", "1234.51"]
    assert root.xpath("//p:InstdAmt/text()", namespaces=NS) == ["1234.50", "0.01"]
    assert (
        root.findtext(".//p:CdtTrfTxInf/p:Cdtr/p:Nm", namespaces=NS) == "Societe d'Imagerie + Cie"
    )


def test_the_same_facts_give_the_same_bytes() -> None:
    """A file made twice is the same file."""
    assert credit_transfer_file(a_remittance()) == credit_transfer_file(a_remittance())


def test_the_golden_file() -> None:
    """The whole file, as the bank receives it."""
    golden = files("tests.data") / "remittance.xml"
    assert credit_transfer_file(a_remittance()).decode() == golden.read_text(encoding="utf-8")


def test_no_bic_and_no_address_remain_valid() -> None:
    """Both are optional; an address is structured or absent."""
    root = parsed(a_remittance(replace(ONE, bic="", town="")))
    assert not root.xpath("//p:CdtrAgt | //p:Cdtr/p:PstlAdr", namespaces=NS)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1000000000.00", "1.005"])
def test_an_amount_no_bank_takes_is_refused(amount: str) -> None:
    """Before a byte is written."""
    with pytest.raises(RemittanceError, match="montant"):
        a_remittance(replace(ONE, amount=Decimal(amount)))


def test_two_transfers_of_one_name_are_refused() -> None:
    """The return file could not tell them apart."""
    with pytest.raises(RemittanceError, match="figure 2 fois"):
        a_remittance(ONE, ONE)


def test_an_empty_run_is_refused() -> None:
    """There is nothing to pay."""
    with pytest.raises(RemittanceError, match="Aucun virement"):
        Remittance("LOT-1", datetime(2026, 9, 15, tzinfo=UTC), date(2026, 9, 17), ASP, ())


@given(st.text(max_size=300), st.integers(1, 140))
def test_any_text_becomes_sepa_text(text: str, length: int) -> None:
    """Whatever people are called."""
    clean = sepa_text(text, length)
    assert len(clean) <= length
    assert set(clean) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ "
    )
    assert "//" not in clean
    assert clean == clean.strip(" /")


@given(
    st.lists(
        st.decimals(min_value="0.01", max_value="999999999.99", places=2), min_size=1, max_size=20
    )
)
def test_totals_hold_for_any_amounts(amounts: list[Decimal]) -> None:
    """The control sum is the sum of the lines, and the schema takes the file."""
    transfers = [
        replace(ONE, end_to_end_id=f"VIR-{rank}", amount=amount)
        for rank, amount in enumerate(amounts)
    ]
    root = parsed(a_remittance(*transfers))
    assert Decimal(str(root.xpath("string(//p:CtrlSum)", namespaces=NS))) == sum(amounts)


def test_the_slip_says_the_same() -> None:
    """A line per transfer and the total; no cell is a formula."""
    text = slip_csv(a_remittance(replace(ONE, holder="=cmd()"))).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("VIR-0000001-1;1234,50;EUR;'=cmd();FR76")
    assert text.splitlines()[-1] == "TOTAL;1234,50;EUR;1 virements;;;"


def pain_002(body: str, *, created: str = "2026-09-18T06:00:00Z") -> bytes:
    """A payment status report with this in it."""
    space = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
    head = f"<GrpHdr><MsgId>R1</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>"
    return (
        f'<?xml version="1.0"?><Document xmlns="{space}"><CstmrPmtStsRpt>{head}{body}'
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def said_of(name: str, status: str, more: str = "") -> str:
    """What a report says of one transfer."""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{more}"
        "</TxInfAndSts>"
    )


REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Compte clos</AddtlInf></StsRsnInf>"
PAIN_002 = pain_002(
    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>LOT-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>"
    + said_of("VIR-1", "ACSC")
    + said_of("VIR-2", "RJCT", REASON)
    + "</OrgnlPmtInfAndSts>"
)
RETURN_CSV = "identifiant;statut;code;texte\r\nVIR-1;payé;;\r\nVIR-2;rejeté;AC04;Compte clos\r\n"


@pytest.mark.parametrize(
    "content", [PAIN_002, RETURN_CSV.encode(), ("\ufeff" + RETURN_CSV).encode()]
)
def test_a_return_file_is_read(content: bytes) -> None:
    """XML or CSV: paid, rejected with its code; a partial acceptance leaves it to the transfers."""
    found = read_returns(content)
    assert [(one.end_to_end_id, one.is_paid, one.code) for one in found.transfers] == [
        ("VIR-1", True, ""),
        ("VIR-2", False, "AC04"),
    ]
    assert found.transfers[1].text == "Compte clos"
    assert not found.blocks


@pytest.mark.parametrize("status", ["ACSP", "ACWC", "ACTC", "ACCP", "PDNG", "RCVD", "BLCK"])
def test_what_is_under_way_settles_nothing(status: str) -> None:
    """Accepted for execution is not executed, for a transfer nor for the whole file."""
    found = read_returns(
        pain_002(
            "<OrgnlGrpInfAndSts><OrgnlMsgId>LOT-1</OrgnlMsgId>"
            f"<GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>" + said_of("VIR-1", status)
        )
    )
    assert (found.transfers, found.blocks) == ([], [])
    assert (found.under_way, found.blocks_under_way) == (["VIR-1"], ["LOT-1"])


@pytest.mark.parametrize(
    ("opening", "name", "status"),
    [
        ("OrgnlGrpInfAndSts", "OrgnlMsgId", "GrpSts"),
        ("OrgnlPmtInfAndSts", "OrgnlPmtInfId", "PmtInfSts"),
    ],
)
def test_a_block_refused_whole_is_read(opening: str, name: str, status: str) -> None:
    """Without one transfer named: its number, its reason."""
    block = f"<{opening}><{name}>LOT-1</{name}><{status}>RJCT</{status}>{REASON}</{opening}>"
    (found,) = read_returns(pain_002(block)).blocks
    assert (found.message_id, found.is_paid) == ("LOT-1", False)
    assert (found.code, found.text) == ("AC04", "Compte clos")


def test_an_unknown_status_is_told() -> None:
    """Neither settled nor refused: somebody must look."""
    assert read_returns(pain_002(said_of("VIR-1", "XXXX"))).problems == [
        "VIR-1 : statut « XXXX » inconnu, ignoré."
    ]


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ("", ["2026-09-18"]),
        ("<AccptncDtTm>2026-09-16T23:30:00Z</AccptncDtTm>", ["2026-09-17", "2026-09-18"]),
        ("<AccptncDtTm>hier</AccptncDtTm>", ["2026-09-18"]),
        (
            "<AccptncDtTm>2026-09-16T10:00:00</AccptncDtTm>"
            "<FctvIntrBkSttlmDt><Dt>2026-09-17</Dt></FctvIntrBkSttlmDt>",
            ["2026-09-17", "2026-09-16", "2026-09-18"],
        ),
    ],
)
def test_the_days_that_the_bank_gives(more: str, days: list[str]) -> None:
    """Settlement, then acceptance, then the file's own; in Paris."""
    (found,) = read_returns(pain_002(said_of("VIR-1", "ACSC", more))).transfers
    assert [day.isoformat() for day in found.dates] == days


@pytest.mark.parametrize("text", ["2026-09-17", "17/09/2026"])
def test_a_csv_may_give_the_day(text: str) -> None:
    """A fifth column, that may be left out."""
    content = f"identifiant;statut;code;texte;date\r\nVIR-1;payé;;;{text}\r\n"
    assert read_returns(content.encode()).transfers[0].dates == (date(2026, 9, 17),)


ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "premi\u00e8re ligne"),
        (b"<a", "XML lisible"),
        (b"<a/>", "pain.002"),
        (ENTITY.encode(), "pain.002"),
        (b"\xff\xfe", "UTF-8"),
        (b"identifiant;statut\r\n", "ne r\u00e8gle aucun virement"),
        (b"identifiant;statut\r\nVIR-1;perdu\r\n", "Ligne 2"),
        ("identifiant;statut\r\nVIR-1;payé;;;hier\r\n".encode(), "la date"),
    ],
)
def test_an_unusable_return_file_is_refused_in_words(content: bytes, message: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ReturnFileError, match=message):
        read_returns(content)
