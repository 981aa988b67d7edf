"""A file that cannot be treated is refused whole: one case per fault, every FIC code at least once.

The cases start from a valid file of two MDV advances: `text` edits its JSON, `edit` its values.
"""

import orjson
import pytest

from funding.intake import FILE_CODES, Envelope, Limits, check_structure, read_envelope
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET, a_file, a_filename, a_request, an_envelope

MDV = "SONS-MDV-LGC-Va2"
RIS = "SONS-IMG-RIS-Va2"
NAME = a_filename(MDV)
LIMITS = Limits(max_bytes=100_000, max_depth=20, max_requests=200)
TEXT = a_file(MDV, requests=2).decode()
AMOUNT = '"montantHT":1000.0'
TRUE = '"aideMinimisPercue":true'
SERVICE = '"VAGUE_2"'


def read(data, filename=NAME, limits=LIMITS):
    data = data.encode() if isinstance(data, str) else data
    return read_envelope(data, filename=filename, supplier_siret=SIRET, limits=limits)


def changed(old, new, count=1):
    assert old in TEXT
    return TEXT.replace(old, new, count)


def edited(**changes):
    return a_file(MDV, requests=2, **changes)


def without(key):
    return orjson.dumps({k: v for k, v in an_envelope(MDV).items() if k != key})


# id: (bytes or text of the file, code, words of the message or advice)
CASES = {
    "empty": (b"", "FIC-001", "vide"),
    "blank": (b" \r\n\t", "FIC-001", "vide"),
    "only a BOM": (b"\xef\xbb\xbf", "FIC-001", "vide"),
    "too big": (TEXT + " " * 100_000, "FIC-002", "octets"),
    "latin-1": (changed("Marie-Hélène", "Hélène").encode("latin-1", "replace"), "FIC-003", "0xE9"),
    "ZIP": (b"PK\x03\x04\x14\x00", "FIC-004", "ZIP"),
    "PDF": (b"%PDF-1.7\n", "FIC-004", "PDF"),
    "XML": (b'\n<?xml version="1.0"?><a/>', "FIC-004", "XML"),
    "HTML": (b"<!DOCTYPE html>", "FIC-004", "HTML"),
    "UTF-16 with BOM": (TEXT.encode("utf-16"), "FIC-004", "UTF-16"),
    "UTF-16 without": (TEXT.encode("utf-16-be"), "FIC-004", "UTF-16"),
    "gzip": (b"\x1f\x8b\x08\x00", "FIC-004", "gzip"),
    "truncated at a bracket": (TEXT[:-2], "FIC-005", "s’arrête avant la fin"),
    "truncated in a word": (TEXT[: TEXT.rindex("null") + 2], "FIC-005", "s’arrête avant la fin"),
    "truncated in a text": (TEXT[:60], "FIC-005", "guillemet fermant"),
    "comma at the end of an object": (TEXT[:-1] + ",}", "FIC-005", "virgule de trop avant }"),
    "comma at the end of a block": (TEXT[:-2] + ",]}", "FIC-005", "virgule de trop avant ]"),
    "two commas": (changed(",", ",,"), "FIC-005", "virgule de trop"),
    "single quotes": (TEXT.replace('"', "'"), "FIC-005", "guillemets droits"),
    "curly quotes": (changed(SERVICE, "“VAGUE_2”"), "FIC-005", "guillemets droits"),
    "French quotes": (changed(SERVICE, "«VAGUE_2»"), "FIC-005", "guillemets droits"),
    "NaN": (changed(AMOUNT, '"montantHT":NaN'), "FIC-005", "n’est pas un nombre"),
    "Infinity": (changed(AMOUNT, '"montantHT":Infinity'), "FIC-005", "n’est pas un nombre"),
    "-Infinity": (changed(AMOUNT, '"montantHT":-Infinity'), "FIC-005", "n’est pas un nombre"),
    "nan": (changed(AMOUNT, '"montantHT":nan'), "FIC-005", "Écrivez null"),
    "vrai": (changed(TRUE, '"aideMinimisPercue":vrai'), "FIC-005", "Écrivez true"),
    "True": (changed(TRUE, '"aideMinimisPercue":True'), "FIC-005", "Écrivez true"),
    "faux": (changed(TRUE, '"aideMinimisPercue":faux'), "FIC-005", "Écrivez false"),
    "None": (changed('"pacs":null', '"pacs":None'), "FIC-005", "Écrivez null"),
    "Null": (changed('"pacs":null', '"pacs":Null'), "FIC-005", "Écrivez null"),
    "NULL": (changed('"pacs":null', '"pacs":NULL'), "FIC-005", "Écrivez null"),
    "decimal comma": (changed(AMOUNT, '"montantHT":1000,50'), "FIC-005", "après un point"),
    "space in a number": (changed(AMOUNT, '"montantHT":1 000.5'), "FIC-005", "espace"),
    "leading zero": (changed(AMOUNT, '"montantHT":01000'), "FIC-005", "commence pas par 0"),
    "no leading zero": (changed(AMOUNT, '"montantHT":.5'), "FIC-005", "mal écrit"),
    "plus sign": (changed(AMOUNT, '"montantHT":+5'), "FIC-005", "mal écrit"),
    "no digit after the point": (changed(AMOUNT, '"montantHT":5.'), "FIC-005", "mal écrit"),
    "euro sign": (changed(AMOUNT, '"montantHT":5€'), "FIC-005", "mal écrit"),
    "missing comma": (changed('","', '" "'), "FIC-005", "manque une virgule"),
    "missing colon": (changed('":', '"'), "FIC-005", "il manque"),
    "missing value": (changed('"pacs":null}', '"pacs":}') if '"pacs":null}' in TEXT else
                      changed('"siren":null', '"siren":'), "FIC-005", "manque une valeur"),
    "tag without quotes": (changed('"prestation"', "prestation"), "FIC-005", "entre guillemets"),
    "quotes in a text": (changed(SERVICE, '"VA"GU"E"'), "FIC-005", "guillemet à l’intérieur"),
    "line break in a text": (changed(SERVICE, '"VA\nGUE"'), "FIC-005", "retour à la ligne"),
    "NUL byte in a text": (changed(SERVICE, '"VA\0GUE"'), "FIC-005", "caractère invisible"),
    "backslash": (changed(SERVICE, '"C:\\dossier"'), "FIC-005", "barre"),
    "comment": ("// bonjour\n" + TEXT, "FIC-005", "commentaire"),
    "something after the end": (TEXT + "{}", "FIC-005", "après la fin"),
    "wrong bracket": (TEXT[:-2] + "}}", "FIC-005", "ferme autre chose"),
    "unknown word": (changed(SERVICE, "bonjour"), "FIC-005", "n’est pas attendu"),
    "21 levels": ("[" * 21 + "]" * 21, "FIC-006", "20 niveaux"),
    "21 levels of objects": ('{"a":' * 21 + "1" + "}" * 21, "FIC-006", "20 niveaux"),
    "mixed levels": ('[{"a":' * 11 + "1" + "}]" * 11, "FIC-006", "20 niveaux"),
    "levels beside brackets in texts": ('["]",' * 21 + "1" + "]" * 21, "FIC-006", "20 niveaux"),
    "levels beside escaped quotes": ('["\\"]",' * 21 + "1" + "]" * 21, "FIC-006", "20 niveaux"),
    "levels and truncated": ("[" * 50_000, "FIC-006", "20 niveaux"),
    "envelope key twice": (changed("{", '{"dispositif":1,'), "FIC-007", "enveloppe"),
    "requests twice": (changed("{", '{"demandes":[{}],'), "FIC-007", "demandes"),
    "too many blocks": ("[" + "[]," * 300_001 + "1]", "FIC-008", "300000"),
    "not an object": (b"[1]", "FIC-010", "un bloc"),
    "null": (b"null", "FIC-010", "null"),
    "a text": (b'"a"', "FIC-010", "objet"),
    "a giant number": (b"1e400", "FIC-010", "objet"),
    "missing key": (without("typeDemande"), "FIC-011", "typeDemande"),
    "unknown key": (edited(commentaire="bonjour"), "FIC-012", "commentaire"),
    "unknown version": (edited(versionSchema="2.0"), "FIC-013", '"1.0"'),
    "version as a number": (edited(versionSchema=1.0), "FIC-013", "entre guillemets"),
    "version null": (edited(versionSchema=None), "FIC-013", "null"),
    "unknown scheme": (edited(dispositif="SONS-XYZ"), "FIC-014", "SONS-XYZ"),
    "scheme in small letters": (edited(dispositif=MDV.lower()), "FIC-014", f'dire "{MDV}"'),
    "scheme as a block": (edited(dispositif=[MDV]), "FIC-014", "un bloc"),
    "unknown kind": (edited(typeDemande="ACOMPTE"), "FIC-015", "ACOMPTE"),
    "kind in small letters": (edited(typeDemande="avance"), "FIC-015", 'dire "AVANCE"'),
    "SIRET as a number": (edited(siretFournisseur=int(SIRET)), "FIC-016", "guillemets"),
    "SIRET with a wrong key": (edited(siretFournisseur="84697880700094"), "FIC-016", "clé"),
    "SIRET with blanks": (edited(siretFournisseur=f" {SIRET}"), "FIC-016", f'Écrivez "{SIRET}"'),
    "SIREN in place of SIRET": (edited(siretFournisseur=SIRET[:9]), "FIC-016", "SIREN"),
    "SIRET null": (edited(siretFournisseur=None), "FIC-016", "null"),
    "somebody else's SIRET": (edited(siretFournisseur=make_siret(8)), "FIC-017", SIRET),
    "requests as an object": (edited(demandes=a_request(MDV)), "FIC-018", "crochets"),
    "requests null": (edited(demandes=None), "FIC-018", "null"),
    "no request": (edited(demandes=[]), "FIC-019", "aucune"),
    "too many requests": (edited(demandes=[1] * 201), "FIC-020", "201"),
}  # fmt: skip
NAMES = {
    "name": ("demandes.json", "FIC-030", ".json"),
    "kind": (a_filename(MDV, "SOLDE"), "FIC-031", "SOLDE"),
    "scheme": (a_filename(RIS), "FIC-032", RIS),
    "SIRET": (a_filename(MDV, siret=make_siret(9)), "FIC-033", make_siret(9)),
}


def words(finding):
    return f"{finding.message} {finding.advice}".replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("case", CASES)
def test_file_refused(case):
    data, code, said = CASES[case]
    findings = read(data, limits=Limits(10**6 if code == "FIC-008" else 100_000, 20, 200))
    assert isinstance(findings, list)
    assert code in [finding.code for finding in findings]
    assert said in words(next(item for item in findings if item.code == code))


@pytest.mark.parametrize("case", NAMES)
def test_name_disagrees(case):
    name, code, said = NAMES[case]
    findings = read(TEXT, filename=name)
    assert [finding.code for finding in findings] == [code]
    assert said in words(findings[0])


def test_every_file_code_has_a_case():
    assert {code for _, code, _ in [*CASES.values(), *NAMES.values()]} == set(FILE_CODES)


@pytest.mark.parametrize("case", CASES)
def test_syntax_errors_have_a_place(case):
    data, code, _ = CASES[case]
    for finding in read(data) if code in ("FIC-003", "FIC-005", "FIC-006") else ():
        assert finding.line >= 1
        assert finding.column >= 1


def test_place_of_a_syntax_error():
    finding = read('{\n  "versionSchema": "1.0",\n  "dispositif": vrai\n}')[0]
    assert (finding.line, finding.column) == (3, 17)


def test_place_of_a_byte():
    finding = read(b'{\n"a": "\xe9"}')[0]
    assert (finding.line, finding.column) == (2, 7)
    assert "position 8" in finding.message


def test_repeated_keys_are_named_with_their_path():
    text = changed('"numeroAm":', '"numeroAm":"1","numeroAm":', count=-1)
    envelope = read(text)
    assert isinstance(envelope, Envelope)
    found = [one for line in check_structure(envelope) for one in line.findings]
    assert [(one.index, one.pointer) for one in found] == [
        (request, f"/clients/0/medecins/{line}/numeroAm") for request in (1, 2) for line in (0, 1)
    ]


def test_everything_wrong_with_a_file_is_said_at_once():
    data = edited(
        versionSchema=None, dispositif=1, typeDemande="x", siretFournisseur="", demandes={}, plus=1
    )
    codes = [finding.code for finding in read(data, filename="x.json")]
    assert codes == [
        "FIC-030", "FIC-012", "FIC-013", "FIC-014", "FIC-015", "FIC-016", "FIC-018",
    ]  # fmt: skip


def test_a_bad_name_does_not_hide_a_bad_content():
    assert [finding.code for finding in read("{", filename="x")] == ["FIC-030", "FIC-005"]


def test_a_misnamed_envelope_key_is_said_once_with_the_right_name():
    envelope = an_envelope(MDV)
    envelope["Demande"] = envelope.pop("demandes")
    (finding,) = read(orjson.dumps(envelope))
    assert (finding.code, finding.expected) == ("FIC-012", "demandes")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\n " + TEXT.encode() + b"\n",
        orjson.dumps(an_envelope(MDV, requests=2), option=orjson.OPT_INDENT_2),
        changed("LEFÈVRE", 'LE [FÈVRE} : \\"ET\\" \\u003a {').encode(),
    ],
    ids=["plain", "BOM", "blanks", "indented", "brackets, colons and quotes in a text"],
)
def test_file_accepted(data):
    envelope = read(data)
    assert isinstance(envelope, Envelope)
    assert (envelope.scheme, envelope.kind, envelope.siret) == (MDV, "AVANCE", SIRET)
    assert [structure.findings for structure in check_structure(envelope)] == [(), ()]


def test_twenty_levels_are_permitted():
    text = changed('"prestation":', '"x":' + "[" * 17 + "]" * 17 + ',"prestation":')
    assert isinstance(read(text), Envelope)
    text = changed('"prestation":', '"x":' + "[" * 18 + "]" * 18 + ',"prestation":')
    assert [finding.code for finding in read(text)] == ["FIC-006"]


def test_the_payload_is_the_file():
    assert read(TEXT).payload == an_envelope(MDV, requests=2)


def test_200_requests_are_permitted():
    envelope = read(a_file(MDV, requests=200), limits=Limits())
    assert len(envelope.requests) == 200


# What one request repeats makes it alone KO: text of the file, pointer, words of the finding.
REPEATED = {
    "a key": (changed('"prestation":', '"prestation":1,"prestation":'), "/prestation", SERVICE),
    "one escaped": (
        changed('"prestation":', '"prestatio\\u006e":1,"prestation":'), "/prestation", "2 fois"),
    "hidden by escaped colons": (
        changed('"prestation":', '"prestation":1,"x":"\\u003a","prestation":'),
        "/prestation", "2 fois"),
    "blanks before the colon": (
        changed('"prestation":', '"prestation":1,"prestation" \n :'), "/prestation", "2 fois"),
    "deep": (changed('"rpps":', '"rpps":null,"rpps":7,"rpps":8,"rpps":'),
             "/clients/0/medecins/0/rpps", "null, 7, 8 et d’autres"),
    "the same value": (changed('"pacs":', '"pacs":null,"pacs":'), "/pacs", "null et null"),
    "the reference": (changed('"referenceFournisseur":', '"referenceFournisseur":"A",'
                      '"referenceFournisseur":'), "/referenceFournisseur", '"A"'),
}  # fmt: skip


@pytest.mark.parametrize("case", REPEATED)
def test_a_key_twice_in_a_request_is_a_fault_of_that_request_alone(case):
    text, pointer, said = REPEATED[case]
    envelope = read(text)
    assert isinstance(envelope, Envelope)
    faulty, sound = check_structure(envelope)
    assert sound.findings == ()
    finding = next(item for item in faulty.findings if item.code == "STR-037")
    assert (finding.pointer, finding.index, finding.reference) == (pointer, 1, "REF-0001")
    assert said in words(finding)


def test_a_key_repeated_by_each_of_200_requests_is_told_to_each():
    text = (
        a_file(MDV, requests=200).decode().replace('"prestation":', '"prestation":1,"prestation":')
    )
    envelope = read(text, limits=Limits())
    assert isinstance(envelope, Envelope)
    codes = [[one.code for one in line.findings] for line in check_structure(envelope)]
    assert codes == [["STR-037"]] * 200
