"""Reading PDFs in their own process: the good ones, and those made to harm (DOC-002)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from funding.demo import papers, seals
from funding.documents import (
    Fault,
    Reader,
    Reading,
    ReadingLimits,
    Wanted,
    expected_files,
    wanted_values,
)
from funding.documents.search import pattern_of
from funding.documents.search import plain as plain_text
from tests.builders import KINDS, SCHEMES, a_request
from tests.documents.hostile_pdfs import GOOD, refused, text_bomb
from tests.rule_cases import BAD_TYPOGRAPHY, plain

CASES = list(refused())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    root = seals.write_authority(tmp_path_factory.mktemp("trusted"))
    with Reader(ReadingLimits(), [str(root)]) as made:
        yield made


def read(reader: Reader, folder: Path, content: bytes, *wanted: Wanted) -> Reading:
    path = folder / "document"
    path.write_bytes(content)
    reading = reader.read(path, wanted)
    assert path.read_bytes() == content, "an original is never saved again"
    assert Reading.from_dict(reading.as_dict()) == reading
    return reading


@pytest.mark.parametrize(("name", "data", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_hostile_pdf_is_refused(
    reader: Reader, tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    """One clear sentence, and what to do."""
    reading = read(reader, tmp_path, data)
    assert words in plain(" ".join(fault.message for fault in reading.faults)), reading.faults
    for fault in reading.faults:
        for text in (fault.message, fault.advice):
            assert text.endswith(".")
            assert not BAD_TYPOGRAPHY.search(text)


def test_the_corpus_is_large() -> None:
    """Sixty files at least, with the ZIPs."""
    from tests.documents.test_zip import ALONE, WHOLE

    assert len(CASES) + len(ALONE) + len(WHOLE) >= 100


def test_memory_is_bounded_and_the_next_file_is_read(tmp_path: Path) -> None:
    """A content that would fill the memory stops its process, not the portal."""
    with Reader(ReadingLimits(memory=400 * 1024 * 1024)) as reader:
        reading = read(reader, tmp_path, text_bomb(400_000_000))
        assert reading.faults
        assert "dépasse les limites" in reading.faults[0].message
        assert not read(reader, tmp_path, GOOD).faults


def test_time_is_bounded_and_the_next_file_is_read(tmp_path: Path) -> None:
    """A page that takes for ever is given up."""
    with Reader(ReadingLimits(seconds=0)) as reader:
        endless = [
            Wanted(str(n), "statement", "Mention", f"mot{n} .* autre") for n in range(30_000)
        ]
        long_page = papers.a_pdf(["mot " * 40] * 400)
        reading = read(reader, tmp_path, long_page, *endless)
        assert reading.faults
        assert "dépasse les limites" in reading.faults[0].message
    with Reader(ReadingLimits()) as reader:
        assert not read(reader, tmp_path, GOOD).faults


def test_a_process_killed_from_outside_is_a_fault_of_that_file_only(
    reader: Reader, tmp_path: Path
) -> None:
    """Whoever killed it, the portal goes on."""
    assert not read(reader, tmp_path, GOOD).faults
    assert reader._child
    reader._child.kill()
    reader._child.wait()
    assert read(reader, tmp_path, GOOD).faults
    assert not read(reader, tmp_path, GOOD).faults


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_everything_a_request_says_is_found_in_its_documents(
    reader: Reader, tmp_path: Path, scheme: str, kind: str
) -> None:
    """Identifiers, amounts and dates, with the page and the place."""
    request = a_request(scheme, kind)
    files = papers.documents_of(request, kind)
    expected = expected_files(request, kind)
    assert {file.name for file in expected} == set(files)
    for file in expected:
        wanted = wanted_values(request, file)
        assert len(wanted) >= 4
        reading = read(reader, tmp_path, files[file.name], *wanted)
        assert reading.has_text
        assert not reading.missing
        assert all(item.pages == (1,) and item.boxes for item in reading.found)


CITED = [
    ("Modèle de document MOD-2026-0001 v2", ["MOD-2026-0001 v2"]),
    ("modèle mod – 2026 – 0001, version 02", ["MOD-2026-0001 v2"]),
    ("MOD-2026-0001 vous est remis", ["MOD-2026-0001"]),
    ("MOD-2026-0001 v2 puis MOD-2026-0001 v3", ["MOD-2026-0001 v2", "MOD-2026-0001 v3"]),
    ("Modèle de document MDL-20260915-000123 – émis le", ["MDL-20260915-000123"]),
    ("XMOD-2026-0001, MOD-2026-01, COMOD-20260-0001", []),
]


@pytest.mark.parametrize(("written", "numbers"), CITED)
def test_numbers_of_layouts_are_found_with_their_version(
    reader: Reader, tmp_path: Path, written: str, numbers: list[str]
) -> None:
    """However the page writes them, once each, on all of their pages; none is no value missing."""
    lines = [written, *["et d’autres mots"] * 60, written]
    wanted = Wanted("citation", "citation", "Modèle cité", "")
    reading = read(reader, tmp_path, papers.a_pdf(lines), wanted)
    assert list(reading.citations) == numbers
    assert all(one.pages == (1, 2) and one.boxes for one in reading.found)
    assert not reading.missing
    text = plain_text(written)
    assert all(pattern_of(one).search(text) for one in reading.found)


@pytest.mark.parametrize(
    ("kind", "value", "written", "is_found"),
    [
        ("identifier", "915881395", "SIREN : 915 881 395", True),
        ("identifier", "915881395", "SIREN 915.881.395.", True),
        ("identifier", "915881395", "9158813951", False),
        ("identifier", "915881395", "SIREN 915881396", False),
        ("identifier", "2A2671473", "FINESS 2a 2671 473", True),
        ("amount", "1200.00", "1 200,00 €", True),
        ("amount", "1200.00", "1.200,00", True),
        ("amount", "1200.00", "1200 €", True),
        ("amount", "1200.00", "1 200 euros", True),
        ("amount", "1200.00", "11 200,00", False),
        ("amount", "1200.00", "1 200,50", False),
        ("amount", "1200.50", "1 200,5 €", True),
        ("amount", "0.00", "0,00 €", True),
        ("date", "2026-03-01", "01/03/2026", True),
        ("date", "2026-03-01", "1er mars 2026", True),
        ("date", "2026-03-01", "1.3.26", True),
        ("date", "2026-03-01", "2026-03-01", True),
        ("date", "2026-03-01", "11/03/2026", False),
        ("statement", "Pris en charge par l’État", "pris en  charge par l'ETAT", True),
        ("statement", "Pris en charge par l’État", "pris en charge par le client", False),
    ],
)
def test_values_are_found_however_people_write_them(
    reader: Reader, tmp_path: Path, kind: str, value: str, written: str, is_found: bool
) -> None:
    """And nothing else is taken for them."""
    reading = read(reader, tmp_path, papers.a_pdf([written, "et d’autres mots sur la page"]),
                   Wanted("k", kind, "Valeur", value))  # fmt: skip
    assert bool(reading.found[0].pages) is is_found


def test_a_statement_may_run_over_two_lines(reader: Reader, tmp_path: Path) -> None:
    """With a rectangle on each."""
    lines = ["Le montant est pris", "en charge par l’État"]
    wanted = Wanted("k", "statement", "Mention", "pris en charge par l'état")
    found = read(reader, tmp_path, papers.a_pdf(lines), wanted).found[0]
    assert (found.pages, len(found.boxes)) == ((1,), 2)


def test_a_scan_has_no_text_and_misses_nothing(reader: Reader, tmp_path: Path) -> None:
    """A person looks; never a fault."""
    wanted = Wanted("k", "identifier", "SIREN", "915881395")
    reading = read(reader, tmp_path, papers.a_scan(["Bon de commande", "915881395"]), wanted)
    assert (reading.faults, reading.has_text, reading.missing) == ((), False, ())


SIGNATURES = {
    "none": lambda pdf: pdf,
    "verified": lambda pdf: seals.signed(pdf, seals.signer()),
    "unverified": lambda pdf: seals.signed(pdf, seals.stranger()),
    "expired": lambda pdf: seals.signed(pdf, seals.expired()),
    "altered": lambda pdf: seals.altered(seals.signed(pdf, seals.signer())),
    "added": lambda pdf: seals.added_to(seals.signed(pdf, seals.signer())),
}


@pytest.mark.parametrize(
    ("made", "outcome", "signer", "words"),
    [
        ("none", "none", "", ""),
        ("verified", "verified", "Camille MARTIN", ""),
        ("unverified", "unverified", "Certificat maison", "lui-même"),
        ("expired", "unverified", "Paul PASSÉ", "plus valable"),
        ("altered", "altered", "Camille MARTIN", "modifié après"),
        ("added", "altered", "Camille MARTIN", "ajouté au document"),
    ],
)
def test_signatures_have_four_outcomes(
    reader: Reader, tmp_path: Path, made: str, outcome: str, signer: str, words: str
) -> None:
    """None, untouched but not verified, verified, altered; with the signer and the claimed time."""
    reading = read(reader, tmp_path, SIGNATURES[made](papers.a_pdf(["Un bon de commande signé"])))
    assert (reading.faults, reading.signature) == ((), outcome)
    if signer:
        (signature,) = reading.signatures
        assert (signature.signer, bool(signature.claimed_at)) == (signer, True)
        assert words in signature.detail


def test_an_amount_is_marked_where_it_is_one(reader: Reader, tmp_path: Path) -> None:
    """Not on a number of the street that looks like it."""
    content = papers.a_pdf(["12, rue du Lac, 1000 pas", "Montant 1 000,00 euros"])
    wanted = Wanted("a", "amount", "Montant", "1000.00")
    (found,) = read(reader, tmp_path, content, wanted).found
    (page, (_, bottom, _, top)) = found.boxes[0]
    assert (page, round(842 - top, -1), round(842 - bottom, -1)) == (1, 80, 90)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_places_are_those_of_the_page_as_shown(reader: Reader, tmp_path: Path, turn: int) -> None:
    """Whatever the rotation of the page and the corner where it is cut: the marked rectangle holds
    the ink of the value, and nothing else does."""
    pdf = pikepdf.open(BytesIO(papers.a_pdf(["", "", "SIREN 732829320"], is_hand_signed=False)))
    pdf.pages[0].Rotate = turn
    pdf.pages[0].CropBox = [30, 300, 560, 842]
    target = BytesIO()
    pdf.save(target)
    content = target.getvalue()
    wanted = Wanted("s", "identifier", "SIREN", "732829320")
    reading = read(reader, tmp_path, content, wanted)
    ((_, (left, bottom, right, top)),) = reading.found[0].boxes
    width, height = reading.sizes[0]
    image = Image.open(BytesIO(reader.draw(tmp_path / "document", 1)))  # type: ignore[arg-type]
    scale = image.width / width
    assert image.height == pytest.approx(height * scale, abs=2)
    box = [left - 2, height - top - 2, right + 2, height - bottom + 2]
    cut = image.convert("L").crop([round(side * scale) for side in box])  # type: ignore[arg-type]
    dark = sum(cut.histogram()[:100])
    whole = sum(image.convert("L").histogram()[:100])
    assert 0.4 < dark / whole < 0.8, "nine of fourteen characters"


def test_a_page_of_any_size_is_drawn_within_limits(reader: Reader, tmp_path: Path) -> None:
    """A poster is drawn no larger than a screen needs."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14_400, 14_400))
    path = tmp_path / "document"
    pdf.save(path)
    image = Image.open(BytesIO(reader.draw(path, 1)))  # type: ignore[arg-type]
    assert image.width * image.height <= 3_100_000


def test_drawing_is_bounded_as_reading_is(tmp_path: Path) -> None:
    """What would fill the memory stops its process, and the next page is drawn."""
    bomb, good = tmp_path / "bomb", tmp_path / "good"
    bomb.write_bytes(text_bomb(400_000_000))
    good.write_bytes(GOOD)
    with Reader(ReadingLimits(memory=400 * 1024 * 1024)) as reader:
        assert isinstance(reader.draw(bomb, 1), Fault)
        assert isinstance(reader.draw(good, 9), Fault), "no such page"
        assert isinstance(reader.draw(good, 1), bytes)
