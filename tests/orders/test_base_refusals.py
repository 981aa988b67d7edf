"""Files and lines that cannot be taken: each says why, and the base in force stays as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.actions.base_files import BaseFileError
from orders.models import EligibleClient
from segur_portal.common.actions import read_file
from segur_portal.common.identifiers import make_siren
from tests.orders.base_files import (
    DAY,
    HEADER,
    RIS,
    a_line,
    content_of,
    imported,
    lines,
    received,
    thresholds,
)

pytestmark = pytest.mark.usefixtures("officer")
NEXT = DAY + timedelta(days=1)
GOOD = content_of(lines(20))

BAD_FILES = {
    "missing column": (content_of(lines(3), header=HEADER.replace(";siren", "")), "siren"),
    "unknown column": (content_of(lines(3), header=HEADER + ";couleur"), "couleur"),
    "double column": (content_of(lines(3), header=HEADER.replace("rpps", "siren")), "en double"),
    "comma": (content_of(lines(3), header=HEADER.replace(";", ",")), "manquante"),
    "latin-1": (content_of([a_line(1, label="Hélène")]).decode().encode("latin-1", "replace"), ""),
    "utf-16": (GOOD.decode().encode("utf-16"), "UTF-8"),
    "binary": (b"PK\x03\x04" + bytes(range(256)), ""),
    "empty": (b"", "manquante"),
    "header only": (content_of([]), "aucune ligne"),
    "truncated": (GOOD[:-40], "tronqué"),
    "every line bad": (content_of([a_line(1, siren="1"), a_line(2, is_liberal="oui")]), "Toutes"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason(name: str) -> None:
    """No version, no line; the reason is in French; what was in force still is."""
    imported(lines(20))
    data, reason = BAD_FILES[name]
    import_ = imported(data, day=NEXT)
    assert import_.state == "rejected", import_.report
    assert reason in import_.report["reason"]
    assert import_.report["reason"]
    assert EligibleClient.objects.filter(valid_from=1, valid_to=None).count() == 20
    assert EligibleClient.objects.count() == 20


def test_a_wrong_byte_names_its_line() -> None:
    """Latin-1 in one line of thousands: the line is given."""
    data = content_of(lines(20)).replace(
        "imagerie n° 9".encode(), "imagerie n° 9".encode("latin-1")
    )
    import_ = imported(data)
    assert import_.state == "rejected"
    assert "ligne 10" in import_.report["reason"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\r\n", b"\n"),
        GOOD.rstrip(b"\r\n"),
        content_of([*lines(19), a_line(20, label='"Cabinet ""du port""; annexe"')]),
    ],
    ids=["BOM", "LF", "no last line feed", "quotes"],
)
def test_usual_writings_are_taken(data: bytes) -> None:
    """A BOM, either line ending, a last line without its end, quoted cells."""
    import_ = imported(data)
    assert (import_.state, import_.added, import_.refused) == ("applied", 20, 0)


def test_columns_may_come_in_any_order() -> None:
    """The header says which is which."""
    cells = [line.split(";") for line in lines(20)]
    data = content_of(
        [";".join(row[::-1]) for row in cells], header=";".join(HEADER.split(";")[::-1])
    )
    assert imported(data).added == 20
    assert EligibleClient.objects.get(value=make_siren(3)).activity_2023 == 5000


BAD_LINES = {
    "kind": (a_line(90, kind="SIRET"), "type_identifiant"),
    "key": (a_line(90, value="123456789"), "identifiant : la clé de contrôle est fausse"),
    "length": (a_line(90, value="1234"), "identifiant : attendu"),
    "siren": (a_line(90, siren="123456789"), "siren : la clé"),
    "structure": (a_line(90, structure_type="GARAGE"), "type_structure"),
    "boolean": (a_line(90, is_liberal="oui"), "liberal : attendu 0 ou 1"),
    "doctors": (a_line(90, doctor_count="trois"), "nb_medecins"),
    "negative": (a_line(90, activity_2023="-5"), "activite_2023"),
    "label": (a_line(90, label="x" * 151), "libelle"),
    "columns": (a_line(90) + ";de trop", "nombre de colonnes"),
    "twice": (a_line(5), "déjà présent à la ligne 6"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_refused_alone(name: str) -> None:
    """The other lines are imported; the report gives its number, its key and the reason."""
    line, reason = BAD_LINES[name]
    import_ = imported([*lines(40), line])
    assert (import_.state, import_.added, import_.refused) == ("applied", 40, 1)
    (refused,) = import_.report["refused"]
    assert refused["line"] == 42
    assert reason in refused["reason"]


def test_a_refused_line_does_not_end_its_client() -> None:
    """A client whose line of the night is wrong keeps yesterday's: an error is no departure."""
    imported(lines(40))
    import_ = imported([*lines(39), a_line(40, is_liberal="oui")], day=NEXT)
    assert (import_.state, import_.ended, import_.refused) == ("unchanged", 0, 1)
    assert EligibleClient.objects.current().filter(value=make_siren(40)).exists()


def test_all_refused_lines_are_kept_as_a_file() -> None:
    """Beyond what the page shows, every refused line is in a CSV file."""
    thresholds(rows=10_000, percent=100)
    bad = [a_line(number, is_liberal="oui") for number in range(41, 200)]
    import_ = imported([*lines(40), *bad])
    assert import_.refused == 159
    assert len(import_.report["refused"]) == 100
    assert import_.refusals is not None
    text = read_file(import_.refusals).decode("utf-8-sig")
    assert len(text.splitlines()) == 160


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("base.csv", "attendu base-eligibles"),
        (f"base-eligibles_{RIS}_20261399.csv", "n’est pas une date"),
        ("base-eligibles_SONS-AUTRE_20260914.csv", "n’existe pas"),
    ],
)
def test_a_wrong_name_is_not_received(name: str, reason: str) -> None:
    """The name says the scheme and the date: without them nothing is stored."""
    from io import BytesIO

    from orders.actions.base_files import receive_base_file

    with pytest.raises(BaseFileError, match=reason):
        receive_base_file(BytesIO(GOOD), name)


def test_a_file_changed_on_the_disk_is_not_imported() -> None:
    """The bytes imported are those received: anything else fails, and is seen."""
    from orders.actions.base import run_import

    import_ = received(lines(20))
    assert import_.file is not None
    with open(import_.file.content.path, "ab") as stored:
        stored.write(b"\r\n")
    with pytest.raises(OSError, match="empreinte"):
        run_import(import_.pk)
    import_.refresh_from_db()
    assert import_.state == "failed"
    assert EligibleClient.objects.count() == 0
