"""A deposit whose documents each show one fault: what its page and its report say of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf

from segur_portal.common.enums import Kind

from .asking import Request
from .briefcase import Briefcase, zip_name
from .kit import Kit
from .papers import a_scan, a_zip, order_lines
from .scene import file_of
from .seals import altered

REQUESTS = 7


def write_paper_faults(kit: Kit, path: Path) -> None:
    """Write the JSON file, right in every way, and its ZIP: signature broken, scan, password,
    missing, misnamed; the others are right."""
    requests = [kit.fresh() for _ in range(REQUESTS)]
    for request in requests[1:]:
        request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
    requests[0]["bonDeCommande"]["typeSignature"] = "ELECTRONIQUE"
    siret = kit.desk.organisation.siret
    data = file_of(siret, kit.scheme, Kind.ADVANCE, requests)
    path.write_bytes(data)
    files = Briefcase(is_right=True).files_of(data, path.name, siret)
    path.with_name(zip_name(path.name)).write_bytes(a_zip(_spoiled(files, requests)))


def _spoiled(files: dict[str, bytes], requests: list[Request]) -> dict[str, bytes]:
    names = [request["bonDeCommande"]["nomFichier"] for request in requests]
    files[names[0]] = altered(files[names[0]])
    files[names[1]] = a_scan(order_lines(requests[1]))
    files[names[2]] = _locked(files[names[2]])
    del files[names[3]]
    files[names[4].lower()] = files.pop(names[4])
    return files


def _locked(content: bytes) -> bytes:
    """The same PDF, that a password protects."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    return target.getvalue()
