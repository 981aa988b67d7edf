"""What the portal found of bank details in the statement deposited, in words."""

from __future__ import annotations

from enrolment.actions.bank import compare_with_statement
from enrolment.models import BankDetails

_NAMES = {"iban": "IBAN", "bic": "BIC", "holder": "Titulaire"}
_WORDS = {
    True: "retrouvé dans le RIB déposé.",
    False: "non trouvé dans le texte du RIB déposé ; comparez-les.",
    None: "à vérifier à l’œil, faute de texte lisible dans un RIB déposé.",
}


def statement_lines(details: BankDetails) -> list[str]:
    """One line for each of the IBAN, the BIC and the holder."""
    compared = compare_with_statement(details)
    return [f"{label} : {_WORDS[getattr(compared, name)]}" for name, label in _NAMES.items()]
