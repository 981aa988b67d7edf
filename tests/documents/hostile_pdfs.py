"""PDFs made to harm, or merely wrong: (name, bytes, words of what must be said)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from funding.demo.papers import a_pdf

TEXT = ["Bon de commande", "SIREN 915881395"]
GOOD = a_pdf(TEXT)
Case = tuple[str, bytes, str]


def changed(**root: Any) -> bytes:
    """The good PDF with keys added to its catalogue."""
    with pikepdf.open(BytesIO(GOOD)) as pdf:
        for key, value in root.items():
            pdf.Root[f"/{key}"] = value(pdf) if callable(value) else value
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    target = BytesIO()
    pdf.save(target, **options)
    return target.getvalue()


def _with_annotation(**fields: Any) -> bytes:
    with pikepdf.open(BytesIO(GOOD)) as pdf:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **fields)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
        return _saved(pdf)


def _encrypted(user: str, owner: str) -> bytes:
    with pikepdf.open(BytesIO(GOOD)) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(user=user, owner=owner))


def _attached() -> bytes:
    with pikepdf.open(BytesIO(GOOD)) as pdf:
        pdf.attachments["virus.exe"] = b"MZ" + bytes(100)
        return _saved(pdf)


def _many_pages(count: int) -> bytes:
    """Pages that are all the same object, in one array: a light file of many pages."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (
            count, b" ".join(b"%d 0 R" % (3 + n) for n in range(count)),
        ),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * count,
    ]  # fmt: skip
    return assembled(objects)


def assembled(objects: list[bytes], *, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with an exact cross-reference table."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d %s>>\n" % (len(objects) + 1, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def _stream(data: bytes, keys: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), keys, data)


def _page_with(content: bytes, keys: bytes = b"") -> bytes:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        _stream(content, keys),
        font,
    ])  # fmt: skip


def text_bomb(size: int) -> bytes:
    """A page whose content grows enormously once decompressed, and asks to show it all."""
    bomb = zlib.compress(b"BT /F1 1 Tf (" + b"A" * size + b") Tj ET", 9)
    return _page_with(bomb, b"/Filter/FlateDecode")


def _looping_tree() -> bytes:
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>",
    ])  # fmt: skip


def _deep() -> bytes:
    nested = b"[" * 3_000 + b"]" * 3_000
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R/Deep %s>>" % nested,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ])  # fmt: skip


def _script(pdf: pikepdf.Pdf) -> Any:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _sly_script(pdf: pikepdf.Pdf) -> Any:
    tree = Dictionary(Names=Array([String("x"), pdf.make_indirect(_script(pdf))]))
    return Dictionary(JavaScript=pdf.make_indirect(tree))


def _next_script(pdf: pikepdf.Pdf) -> Any:
    return Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([_script(pdf)]))


def _hidden_in_object_stream() -> bytes:
    with pikepdf.open(BytesIO(GOOD)) as pdf:
        pdf.Root.OpenAction = pdf.make_indirect(_script(pdf))
        return _saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def refused() -> Iterator[Case]:
    """Each with what must be said (DOC-002)."""
    yield "no byte", b"", "vide (0 octet)"
    yield "a page renamed", b"<!DOCTYPE html><html></html>", "page web"
    yield "a ZIP renamed", b"PK\x03\x04" + bytes(100), "c’est un ZIP"
    yield "a picture renamed", b"\xff\xd8\xff\xe0" + bytes(100), "c’est une image"
    yield "a program renamed", b"MZ\x90" + bytes(100), "un programme"
    yield "a text renamed", b"Bonjour\n", "ne commence pas comme un PDF"
    yield "junk before", bytes(500) + GOOD, "ne commence pas"
    yield "a line before", b"\n" + GOOD, "ne commence pas"
    yield "a ZIP after", GOOD + b"PK\x03\x04" + bytes(60), "octets étrangers"
    yield "a page after", GOOD + b"<script>alert(1)</script>", "octets étrangers"
    yield "a big ZIP after", GOOD + b"PK\x03\x04" + bytes(5_000), "sa fin manque"
    yield "cut in the middle", GOOD[: len(GOOD) // 2], "sa fin manque"
    yield "cut, then ended", GOOD[: len(GOOD) // 2] + b"\n%%EOF\n", "abîmé"
    yield "head and end only", b"%PDF-1.7\n%%EOF\n", "abîmé"
    yield "table in the wrong place", GOOD.replace(b"startxref\n", b"startxref\n9"), "abîmé"
    yield "table that is not one", GOOD.replace(b"xref\n0 ", b"xrof\n0 ", 1), "abîmé"
    yield "table of letters", _letters_in_table(), "abîmé"
    yield "table that names itself", _self_table(), "abîmé"
    yield "no catalogue", assembled([b"<</Type/Pages/Count 0/Kids[]>>"], trailer=b""), "abîmé"
    yield "a catalogue that is a number", assembled([b"12"]), "abîmé"
    yield "no page", _no_page(), "aucune page"
    yield "a tree of pages that loops", _looping_tree(), "abîmé"
    yield "a thousand boxes in boxes", _deep(), "abîmé"
    yield "51 pages", _many_pages(51), "trop de pages"
    yield "10,000 pages", _many_pages(10_000), "trop de pages"
    yield "too large", GOOD[:-7] + b"\n%" + b"0" * (21 * 1024 * 1024) + b"\n%%EOF\n", "trop gros"
    yield "user password", _encrypted(user="x", owner="y"), "protégé"
    yield "owner password", _encrypted(user="", owner="y"), "protégé"
    yield "script at opening", changed(OpenAction=_script), "JavaScript"
    yield "script at closing", changed(AA=lambda pdf: Dictionary(WC=_script(pdf))), "JavaScript"
    yield "script among the names", changed(Names=_sly_script), "JavaScript"
    yield "script after a move", changed(OpenAction=_next_script), "JavaScript"
    yield "script in an object stream", _hidden_in_object_stream(), "JavaScript"
    yield "script written in hexadecimal", _hexadecimal(), "JavaScript"
    yield (
        "program started",
        changed(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "lancement d’un programme",
    )
    yield (
        "form that sends",
        _with_annotation(
            Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm, F=String("https://x.example"))
        ),
        "envoi de formulaire",
    )
    yield "imported data", changed(OpenAction=Dictionary(S=Name.ImportData)), "échange de données"
    yield "file attached", _attached(), "fichier joint"
    yield "file attached to a note", _with_annotation(Subtype=Name.FileAttachment), "fichier joint"
    yield (
        "jump into an attached file",
        changed(OpenAction=Dictionary(S=Name.GoToE)),
        "fichier joint",
    )
    yield "XFA form", changed(AcroForm=Dictionary(XFA=String("<xdp/>"))), "formulaire XFA"
    yield "film", _with_annotation(Subtype=Name.Movie), "multimédia"
    yield "screen", _with_annotation(Subtype=Name.Screen), "multimédia"
    yield "Flash", _with_annotation(Subtype=Name.RichMedia), "multimédia"
    yield "sound", _with_annotation(Subtype=Name.Sound), "multimédia"
    yield "three dimensions", _with_annotation(Subtype=Name("/3D")), "trois dimensions"


def _no_page() -> bytes:
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"])


def _letters_in_table() -> bytes:
    at = GOOD.rindex(b"xref\n0 ", 0, GOOD.rindex(b"startxref")) + 12
    return GOOD[:at] + b"ABCDEFGHIJ" + GOOD[at + 10 :]


def _self_table() -> bytes:
    data = assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"])
    at = data.rindex(b"xref\n0 ", 0, data.rindex(b"startxref"))
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


def _hexadecimal() -> bytes:
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(app.alert(1))>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ])  # fmt: skip
