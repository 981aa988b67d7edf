"""ZIP files made to harm, or merely wrong: each with what must be said of it.

A case is (name, bytes, words of the fault of the whole file) or, when one entry is wrong,
(name, bytes, {entry: words}).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
Case = tuple[str, bytes, "str | dict[str, str]"]


def zipped(*files: tuple[str | ZipInfo, bytes], method: int = ZIP_DEFLATED) -> bytes:
    """A ZIP written by the standard library."""
    target = BytesIO()
    with ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content, method)
    return target.getvalue()


GOOD = zipped(("a.pdf", PDF), ("b.pdf", PDF))


def _patched(data: bytes, old: bytes, new: bytes, count: int = -1) -> bytes:
    assert old in data
    return data.replace(old, new, count)


def _mode(name: str, mode: int) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = mode << 16
    return info


def _flagged(data: bytes, flag: int) -> bytes:
    """The flag set in every local and central header."""
    out = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (place := data.find(mark, start)) >= 0:
            out[place + at : place + at + 2] = struct.pack("<H", flag)
            start = place + 4
    return bytes(out)


def _sharing(count: int) -> bytes:
    """Many central entries that point at one local file (a bomb in disguise)."""
    data = zipped(("a.pdf", b"%PDF-" + bytes(200_000)))
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    one = data[at:end]
    names = [one.replace(b"a.pdf", b"%05d" % rank) for rank in range(count)]
    directory = b"".join(names)
    return data[:at] + directory + _end(count, len(directory), at)


def _end(count: int, length: int, offset: int, comment: bytes = b"", disk: int = 0) -> bytes:
    return (
        struct.pack(
            "<4s4H2LH", b"PK\x05\x06", disk, disk, count, count, length, offset, len(comment)
        )
        + comment
    )


def _lying(field: int, value: int) -> bytes:
    """The uncompressed size in the central directory is a lie."""
    data = bytearray(zipped(("a.pdf", PDF + bytes(900_000))))
    at = data.index(b"PK\x01\x02")
    data[at + field : at + field + 4] = struct.pack("<L", value)
    return bytes(data)


def _two_names() -> bytes:
    data = zipped(("aaaaa.pdf", PDF))
    at = data.index(b"PK\x01\x02")
    return data[:at] + _patched(data[at:], b"aaaaa.pdf", b"bbbbb.pdf")


def _beyond() -> bytes:
    data = bytearray(GOOD)
    at = data.index(b"PK\x01\x02")
    data[at + 42 : at + 46] = struct.pack("<L", 0x7FFFFFF0)
    return bytes(data)


def whole_files() -> Iterator[Case]:
    """Files refused whole."""
    yield "no byte", b"", "vide (0 octet)"
    yield "no entry", _end(0, 0, 0), "aucun document"
    yield "only folders", zipped(("x/", b""), ("__MACOSX/a.pdf", b"x")), "aucun document"
    yield "a PDF renamed", PDF, "c’est un PDF"
    yield "a page renamed", b"<html><body>404</body></html>", "page web"
    yield "a JSON renamed", b'{"demandes": []}', "fichier JSON"
    yield "a picture renamed", b"\x89PNG\r\n\x1a\n" + bytes(30), "une image"
    yield "7-Zip", b"7z\xbc\xaf\x27\x1c" + bytes(60), "archive 7-Zip"
    yield "RAR", b"Rar!\x1a\x07\x00" + bytes(60), "archive RAR"
    yield "GZIP", b"\x1f\x8b\x08" + bytes(60), "GZIP"
    yield "noise", bytes(range(256)) * 4, "ses premiers octets"
    yield "a program before", b"MZ" + bytes(500) + GOOD, "un programme"
    yield "blanks before", b"    " + GOOD, "ses premiers octets"
    yield "another ZIP before", zipped(("x.pdf", PDF)) + GOOD, "octets étrangers"
    yield "bytes after", GOOD + b"<script>alert(1)</script>", "octets étrangers"
    yield "a PDF after", GOOD + PDF, "octets étrangers"
    yield "cut in the middle", GOOD[: len(GOOD) // 2], "abîmé ou incomplet"
    yield "cut by one byte", GOOD[:-1], "abîmé ou incomplet"
    yield "without its end", GOOD[: GOOD.index(b"PK\x05\x06")], "abîmé ou incomplet"
    yield "an end alone, after a header", b"PK\x03\x04" + bytes(26), "abîmé ou incomplet"
    yield "an entry beyond the file", _beyond(), "abîmé ou incomplet"
    yield "a directory of zeros", _zeroed_directory(), "abîmé ou incomplet"
    yield "a lie on the place of the directory", _moved_directory(), "octets étrangers"
    yield "two entries on the same bytes", _sharing(2), "mêmes octets"
    yield "a thousand entries on the same bytes", _sharing(1000), "mêmes octets"
    yield (
        "too many entries",
        zipped(*((f"{n}.pdf", PDF) for n in range(1_001))),
        "trop de documents",
    )
    yield "70 000 entries announced", GOOD[:-22] + _end(65_535, 10, 0), "trop de documents"
    yield "several disks", _second_disk(), "plusieurs morceaux"
    yield "too large once open", _declared_huge(), "une fois décompressé"


def _zeroed_directory() -> bytes:
    at, end = GOOD.index(b"PK\x01\x02"), GOOD.index(b"PK\x05\x06")
    return GOOD[:at] + bytes(end - at) + GOOD[end:]


def _moved_directory() -> bytes:
    return GOOD[:-6] + struct.pack("<L", 3) + GOOD[-2:]


def _second_disk() -> bytes:
    at, end = GOOD.index(b"PK\x01\x02"), GOOD.index(b"PK\x05\x06")
    return GOOD[:end] + _end(2, end - at, at, disk=1)


def _declared_huge() -> bytes:
    files = [(f"{n}.pdf", PDF) for n in range(4)]
    data = bytearray(zipped(*files))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 24 : at + 28] = struct.pack("<L", 900_000_000)
        at += 4
    return bytes(data)


def entries() -> Iterator[Case]:
    """Files of which one entry alone is wrong; `good.pdf` beside it stays usable."""
    good = ("good.pdf", PDF)
    yield "up the tree", zipped(("../../etc/passwd", PDF), good), {"../../etc/passwd": "dossier"}
    yield "from the root", zipped(("/etc/a.pdf", PDF), good), {"/etc/a.pdf": "dossier"}
    yield "Windows path", zipped(("..\\win.pdf", PDF), good), {"..\\win.pdf": "dossier"}
    yield "drive letter", zipped(("C:evil.pdf", PDF), good), {"C:evil.pdf": "dossier"}
    yield "in a folder", zipped(("dir/a.pdf", PDF), good), {"dir/a.pdf": "dossier"}
    yield (
        "hidden up the tree",
        zipped(("__MACOSX/../a.pdf", PDF), good),
        {"__MACOSX/../a.pdf": "dossier"},
    )
    yield "link", zipped((_mode("a.pdf", 0o120777), b"/etc/passwd"), good), {"a.pdf": "lien"}
    yield "pipe", zipped((_mode("a.pdf", 0o010644), PDF), good), {"a.pdf": "spécial"}
    yield "device", zipped((_mode("a.pdf", 0o020644), PDF), good), {"a.pdf": "spécial"}
    yield "password", _flagged(zipped(("a.pdf", PDF), ("b.pdf", PDF)), 1), {
        "a.pdf": "mot de passe", "b.pdf": "mot de passe",
    }  # fmt: skip
    yield "strong encryption", _flagged(zipped(("a.pdf", PDF)), 0x41), {"a.pdf": "mot de passe"}
    yield "twice", _twice("a.pdf", "a.pdf"), {"a.pdf": "plusieurs fois"}
    yield "twice but for the case", _twice("a.pdf", "A.PDF"), {"a.pdf": "plusieurs fois"}
    yield "twice but for a dot", _twice("a.pdf", "a.pdf."), {"a.pdf": "plusieurs fois"}
    yield "a null in the name", _null_name(), {"a\x00.pdf.exe": "caractère nul"}
    yield "two names", _two_names(), {"aaaaa.pdf": "deux noms"}
    yield "BZIP2", zipped(("a.pdf", PDF), method=ZIP_BZIP2), {"a.pdf": "compressé d’une façon"}
    yield "LZMA", zipped(("a.pdf", PDF), method=ZIP_LZMA), {"a.pdf": "compressé d’une façon"}
    yield (
        "a bomb of 15 MiB",
        zipped(("a.pdf", PDF + bytes(15_000_000)), good),
        {"a.pdf": "grossit démesurément"},
    )
    yield "a bomb of 60 MiB", zipped(("a.pdf", bytes(60_000_000)), good), {"a.pdf": "dépasse"}
    yield "nested ZIP", zipped(("a.pdf", GOOD), good), {"a.pdf": "elle-même un ZIP"}
    yield (
        "nested bomb",
        zipped(("a.pdf", zipped(("b", bytes(9_000_000)))), good),
        {"a.pdf": "elle-même un ZIP"},
    )
    yield (
        "nested GZIP",
        zipped(("a.pdf", b"\x1f\x8b\x08" + bytes(99)), good),
        {"a.pdf": "fichier GZIP"},
    )
    yield (
        "nested 7-Zip",
        zipped(("a.pdf", b"7z\xbc\xaf\x27\x1c" + bytes(99)), good),
        {"a.pdf": "7-Zip"},
    )
    yield "an empty document", zipped(("a.pdf", b""), good), {"a.pdf": "vide"}
    yield "a lie: less than there is", _lying(24, 10), {"a.pdf": "abîmé dans le ZIP"}
    yield "a wrong checksum", _lying(16, 12345), {"a.pdf": "abîmé dans le ZIP"}
    yield "broken compression", _broken_stream(), {"a.pdf": "abîmé dans le ZIP"}


def _twice(first: str, second: str) -> bytes:
    data = zipped((first.replace("a", "x", 1), PDF), (second, PDF))
    return data.replace(first.replace("a", "x", 1).encode(), first.encode())


def _null_name() -> bytes:
    return zipped(("aX.pdf.exe", PDF)).replace(b"aX.pdf.exe", b"a\x00.pdf.exe")


def _broken_stream() -> bytes:
    data = bytearray(zipped(("a.pdf", PDF * 50)))
    data[37:45] = b"\xff" * 8
    return bytes(data)
