"""Opening ZIP files: the good ones, and those made to harm (DOC-005)."""

from __future__ import annotations

from io import BytesIO
from itertools import count
from random import Random
from zipfile import ZIP_STORED

import pytest

from funding.documents import ArchiveLimits, Entry, Listing, extract, list_archive
from tests.documents.hostile_zips import GOOD, PDF, entries, whole_files, zipped
from tests.rule_cases import BAD_TYPOGRAPHY, plain

LIMITS = ArchiveLimits()
WHOLE, ALONE = list(whole_files()), list(entries())
NAMES_OF_WHOLE = [case[0] for case in WHOLE]
NAMES_OF_ALONE = [case[0] for case in ALONE]


def listed(data: bytes, limits: ArchiveLimits = LIMITS) -> Listing:
    return list_archive(BytesIO(data), limits)


def taken_out(data: bytes, entry: Entry, limits: ArchiveLimits = LIMITS) -> bytes | str:
    """The bytes of an entry, or what is said of it."""
    target = BytesIO()
    fault = extract(BytesIO(data), entry, target, limits)
    return fault.message if fault else target.getvalue()


def test_a_good_zip_is_taken_out_byte_for_byte() -> None:
    """Two documents, in their order."""
    listing = listed(GOOD)
    assert not listing.fault
    assert [(entry.name, entry.size, entry.fault) for entry in listing.entries] == [
        ("a.pdf", len(PDF), None),
        ("b.pdf", len(PDF), None),
    ]
    assert [taken_out(GOOD, entry) for entry in listing.entries] == [PDF, PDF]


def test_a_comment_and_stored_entries_are_accepted() -> None:
    """What tools add without harm."""
    data = zipped(("a.pdf", PDF), method=ZIP_STORED)
    comment = b"fait par mon logiciel"
    data = data[:-2] + len(comment).to_bytes(2, "little") + comment
    assert taken_out(data, listed(data).entries[0]) == PDF


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Bon_signé.pdf".encode(), "Bon_signé.pdf"),
        ("Bon_signé.pdf".encode("cp850"), "Bon_signé.pdf"),
        ("Bon_signé.pdf".encode("cp437"), "Bon_signé.pdf"),
        ("Bon_signe\u0301.pdf".encode(), "Bon_signé.pdf"),
    ],
)
def test_names_are_read_as_their_author_wrote_them(raw: bytes, shown: str) -> None:
    """UTF-8 without its flag, the DOS pages, and the decomposed names of macOS."""
    stand_in = b"x" * len(raw)
    data = zipped((stand_in.decode(), PDF)).replace(stand_in, raw)
    entry = listed(data).entries[0]
    assert entry.name == shown
    assert taken_out(data, entry) == PDF


def test_what_systems_add_is_ignored_and_said() -> None:
    """macOS and Windows put files that nobody chose."""
    data = zipped(("a.pdf", PDF), ("__MACOSX/._a.pdf", b"x"), (".DS_Store", b"x"), ("d/", b""))
    listing = listed(data)
    assert [entry.name for entry in listing.entries] == ["a.pdf"]
    assert "3 fichiers" in plain(listing.notes[0])


@pytest.mark.parametrize(("name", "data", "words"), WHOLE, ids=NAMES_OF_WHOLE)
def test_a_hostile_file_is_refused_whole(name: str, data: bytes, words: str) -> None:
    """One clear sentence, and what to do."""
    listing = listed(data)
    assert listing.fault, name
    assert words in plain(listing.fault.message)
    for text in (listing.fault.message, listing.fault.advice):
        assert text.endswith(".")
        assert not BAD_TYPOGRAPHY.search(text)


@pytest.mark.parametrize(("name", "data", "faults"), ALONE, ids=NAMES_OF_ALONE)
def test_a_hostile_entry_is_refused_alone(name: str, data: bytes, faults: dict[str, str]) -> None:
    """The others stay usable."""
    listing = listed(data)
    assert not listing.fault, listing.fault
    said = {entry.name: taken_out(data, entry) for entry in listing.entries}
    for entry, words in faults.items():
        assert words in plain(str(said[entry])), (name, said)
    if "good.pdf" in said:
        assert said["good.pdf"] == PDF


def test_limits_are_those_asked_for() -> None:
    """Of the file, of its entries, of what they become."""
    assert "trop gros" in listed(GOOD, ArchiveLimits(max_bytes=50)).fault.message  # type: ignore[union-attr]
    assert "trop de documents" in listed(GOOD, ArchiveLimits(max_entries=1)).fault.message  # type: ignore[union-attr]
    small = ArchiveLimits(max_entry_bytes=len(PDF) - 1)
    assert all(entry.fault for entry in listed(GOOD, small).entries)


def test_the_copy_stops_at_the_limit_whatever_was_declared() -> None:
    """The directory is not trusted."""
    entry = Entry("a.pdf", 0, 10)
    assert "dépasse" in str(taken_out(GOOD, entry, ArchiveLimits(max_entry_bytes=10)))


def test_the_seconds_are_bounded_too() -> None:
    """Of the directory, of each entry: a clock that runs fast stops both, with a message."""
    ticks = count(step=15)
    listing = list_archive(BytesIO(GOOD), LIMITS, lambda: next(ticks))
    assert listing.fault
    assert not listing.entries
    assert "dépasse 20 secondes" in plain(listing.fault.message)
    ticks = count(step=21)
    target = BytesIO()
    fault = extract(BytesIO(GOOD), listed(GOOD).entries[0], target, LIMITS, lambda: next(ticks))
    assert fault
    assert "dépasse 20 secondes" in plain(fault.message)
    assert not target.getvalue()
    assert list_archive(BytesIO(GOOD), LIMITS, lambda: 0.0).fault is None


def test_bytes_changed_at_random_never_raise() -> None:
    """A listing and extractions of 400 damaged files: a fault or bytes, never an exception."""
    chance = Random(5)
    faults = 0
    for _ in range(400):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        listing = listed(bytes(data))
        faults += listing.fault is not None
        for entry in listing.entries:
            taken_out(bytes(data), entry)
    assert faults > 50
