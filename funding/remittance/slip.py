"""The CSV twin of a payment file, for the accounting officer's own tools."""

from __future__ import annotations

import csv
import io

from .facts import Remittance

HEADERS = ("identifiant", "montant", "devise", "titulaire", "iban", "bic", "libelle")


def slip_csv(remittance: Remittance) -> bytes:
    """One line per transfer, then the total; UTF-8 with a BOM, `;`, decimal comma."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    for one in remittance.transfers:
        amount = f"{one.amount:.2f}".replace(".", ",")
        holder, label = _plain(one.holder), _plain(one.label)
        writer.writerow((one.end_to_end_id, amount, "EUR", holder, one.iban, one.bic, label))
    total = f"{remittance.total:.2f}".replace(".", ",")
    writer.writerow(("TOTAL", total, "EUR", f"{len(remittance.transfers)} virements", "", "", ""))
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
