"""DOC: the documents that a request names, without any file."""

from dataclasses import replace

import pytest

from funding.rules.documents import DocumentFacts
from segur_portal.common.rules import Severity
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

AT = "/bonDeCommande/nomFichier"
GOOD = DocumentFacts(
    AT, "BDC_A.pdf", "bon de commande", places=("a.zip",), is_read=True, is_electronic=True,
    signature="verified",
)  # fmt: skip
MISSING = replace(GOOD, places=(), is_read=False)
DAMAGED = (("Le PDF est abîmé.", "Exportez-le de nouveau."),)
ALTERED = replace(GOOD, signature="altered")
NINE = tuple((f"/clients/0/medecins/{n}/rpps", "RPPS", f"1000000000{n}") for n in range(9))

CASES: list[Case] = [
    holds("DOC-001", "the file is there, once", GOOD),
    breaks("DOC-001", "the file is nowhere", MISSING, Broken(AT, "BDC_A.pdf", "aucun ZIP")),
    breaks(
        "DOC-001",
        "a file of nearly this name: the right name is given",
        replace(MISSING, near="bdc_a.PDF"),
        Broken(AT, "bdc_a.PDF", "Nommez-le « BDC_A.pdf »"),
    ),
    breaks(
        "DOC-001",
        "the ZIP could not be opened",
        replace(MISSING, refused_archives=("piege.zip",)),
        Broken(AT, "piege.zip"),
    ),
    breaks(
        "DOC-001",
        "the file is twice there",
        replace(GOOD, places=("a.zip", "b.zip")),
        Broken(AT, "a.zip et b.zip"),
    ),
    holds("DOC-002", "a readable PDF", GOOD),
    holds("DOC-002", "a file that was not read", MISSING),
    breaks(
        "DOC-002", "a damaged PDF", replace(GOOD, faults=DAMAGED), Broken(AT, "abîmé", "Exportez")
    ),
    holds("DOC-003", "a verified signature", GOOD),
    holds("DOC-003", "a signer that nobody vouches for", replace(GOOD, signature="unverified")),
    holds(
        "DOC-003", "signed by hand", replace(GOOD, is_electronic=False, signature="none")
    ),
    breaks(
        "DOC-003",
        "declared signed, and is not",
        replace(GOOD, signature="none"),
        Broken(AT, "sans l’être", "MANUSCRITE", severity=Severity.ALERT),
    ),
    breaks("DOC-003", "altered since", ALTERED, Broken(AT, "rompue", "modifié après")),
    breaks(
        "DOC-003",
        "altered since, though declared signed by hand",
        replace(ALTERED, is_electronic=False, signature_details=("Ajout après coup.",)),
        Broken(AT, "Ajout après coup"),
    ),
    holds("DOC-004", "everything is in the text", GOOD),
    breaks(
        "DOC-004", "a scan: a person looks", replace(GOOD, has_text=False), Broken(AT, "numérisé")
    ),
    breaks(
        "DOC-004",
        "a value that is not there, shown where the request gives it",
        replace(GOOD, missing=(("/clients/0/siren", "SIREN", "123456782"),)),
        Broken("/clients/0/siren", "SIREN", "123456782"),
    ),
    breaks(
        "DOC-004",
        "an amount is written as people read it",
        replace(GOOD, missing=(("/montants/montantTTC", "Montant TTC", "66000.00"),)),
        Broken("/montants/montantTTC", "introuvable", "66 000,00 €"),
    ),
    breaks(
        "DOC-004",
        "a statement that is not there",
        replace(GOOD, missing=(("", "Mention obligatoire", "lu et approuvé"),)),
        Broken(AT, "lu et approuvé"),
    ),
    breaks(
        "DOC-004",
        "many values: the first ones, and how many others",
        replace(GOOD, missing=NINE),
        *[Broken(pointer) for pointer, _, _ in NINE[:6]],
        Broken(AT, "3 autres valeurs"),
    ),
    holds("DOC-005", "an entry taken out", GOOD),
    breaks(
        "DOC-005",
        "an entry that could harm",
        replace(GOOD, is_read=False, entry_fault=("C’est un lien.", "Refaites le ZIP.")),
        Broken(AT, "lien", "Refaites"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_documents(case: Case) -> None:
    """The rule is broken exactly where, and as, the table says."""
    assert_case(case)
