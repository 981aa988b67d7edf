"""Why a bank refuses or returns a transfer: ISO 20022 codes that suppliers meet, in French."""

from __future__ import annotations

from collections.abc import Mapping

# The account itself is at fault: paying it again would fail again.
ACCOUNT_REASONS: Mapping[str, str] = {
    "AC01": "numéro de compte incorrect",
    "AC03": "numéro de compte du bénéficiaire incorrect",
    "AC04": "compte clos",
    "AC06": "compte bloqué",
    "AC07": "compte du bénéficiaire clos",
    "AC12": "type de compte incorrect",
    "AC14": "type de compte du bénéficiaire incorrect",
    "AC15": "coordonnées du compte modifiées",
    "AC16": "compte sous séquestre",
    "AC17": "compte en liquidation",
    "AG01": "opération interdite sur ce compte",
    "AG03": "opération non acceptée sur ce compte",
    "BE01": "titulaire différent de celui du compte",
    "BE06": "titulaire inconnu de la banque",
    "CNOR": "banque du bénéficiaire inconnue sous ce BIC",
    "MD07": "titulaire décédé",
    "RC01": "code de la banque incorrect",
    "RC04": "code de la banque du bénéficiaire incorrect",
    "RC07": "BIC du bénéficiaire incorrect",
}
_OTHER_REASONS: Mapping[str, str] = {
    "AM04": "provision insuffisante de l’émetteur",
    "AM05": "virement en double",
    "AM09": "montant inexact",
    "BE04": "adresse du bénéficiaire manquante",
    "CUST": "à la demande du client",
    "DUPL": "virement en double",
    "ED05": "règlement impossible entre les banques",
    "FF01": "format du fichier incorrect",
    "FOCR": "à la suite d’une demande d’annulation",
    "MS02": "refusé par le client, sans précision",
    "MS03": "refusé par la banque, sans précision",
    "RR03": "nom ou adresse du bénéficiaire manquant",
    "RR04": "motif réglementaire",
    "TM01": "reçu après l’heure limite",
}


def reason_in_words(code: str) -> str:
    """What a code means, with the code; empty without a code."""
    words = ACCOUNT_REASONS.get(code) or _OTHER_REASONS.get(code)
    return f"{words} ({code})" if words else code and f"code {code}"
