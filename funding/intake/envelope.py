"""The file as a whole: its name, its bytes, its envelope. One fault here refuses the whole file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind
from segur_portal.common.rules import Finding

from .file_codes import FILE_CODES
from .formats import CURRENT_VERSION, VERSIONS, envelope_schema
from .hints import closest, number_as_text, printable, shown
from .naming import FileName, parse_filename
from .reading import RefusedError, read_payload

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most (deposit format, « Files »); `max_blocks` bounds the memory."""

    max_bytes: int = 10 * 1024 * 1024
    max_depth: int = 20
    max_requests: int = 200
    max_blocks: int = 300_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file that can be treated: what it is, and its requests as they were written."""

    format_version: str
    scheme: str
    kind: str
    siret: str
    requests: list[Any]

    @property
    def payload(self) -> dict[str, Any]:
        """The envelope with the keys of the file."""
        return {
            "versionSchema": self.format_version,
            "dispositif": self.scheme,
            "typeDemande": self.kind,
            "siretFournisseur": self.siret,
            "demandes": self.requests,
        }


def read_envelope(
    data: bytes, *, filename: str, supplier_siret: str, limits: Limits
) -> Envelope | list[Finding]:
    """The envelope, or every reason why the whole file is refused."""
    name = parse_filename(filename)
    findings = [name] if isinstance(name, Finding) else []
    try:
        payload = _readable(data, limits)
    except RefusedError as refusal:
        return [*findings, *refusal.findings]
    findings += _envelope_findings(payload, supplier_siret, limits)
    if isinstance(name, FileName) and isinstance(payload, dict):
        findings += _disagreements(name, payload)
    return findings or _envelope(payload)


def _envelope(payload: dict[str, Any]) -> Envelope:
    return Envelope(
        format_version=payload["versionSchema"],
        scheme=payload["dispositif"],
        kind=payload["typeDemande"],
        siret=payload["siretFournisseur"],
        requests=payload["demandes"],
    )


def _readable(data: bytes, limits: Limits) -> Any:
    """The value of the file, once its size is known to be reasonable."""
    if len(data) > limits.max_bytes:
        raise RefusedError(
            FILE_CODES["FIC-002"].finding(found=_size(len(data)), expected=_size(limits.max_bytes))
        )
    data = data.removeprefix(_BOM)
    if not data.strip():
        raise RefusedError(FILE_CODES["FIC-001"].finding())
    return read_payload(data, max_depth=limits.max_depth, max_blocks=limits.max_blocks)


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return f"{count} octets"
    return f"{count / 1024 / 1024:.1f} Mio".replace(".", ",")


def _envelope_findings(payload: Any, supplier_siret: str, limits: Limits) -> Iterator[Finding]:
    known = envelope_schema()["properties"]
    if not isinstance(payload, dict):
        tags = ", ".join(f'"{key}": …' for key in known)
        yield FILE_CODES["FIC-010"].finding(found=shown(payload), expected=f"{{ {tags} }}")
        return
    yield from _keys(payload, list(known))
    for key, check in _CHECKS.items():
        if key in payload:
            yield from check(payload[key])
    if "siretFournisseur" in payload:
        yield from _depositor(payload["siretFournisseur"], supplier_siret)
    if "demandes" in payload:
        yield from _requests(payload["demandes"], limits)


def _keys(payload: dict[str, Any], known: list[str]) -> Iterator[Finding]:
    renamed = set()
    for key in [key for key in payload if key not in known][:20]:
        meant = closest(key, known)
        renamed.add(meant)
        yield FILE_CODES["FIC-012"].finding(
            pointer=f"/{printable(key)}",
            found=f"«\u00a0{printable(key)}\u00a0»",
            expected=meant,
            advice=f"Vouliez-vous dire « {meant} » ?" if meant else None,
        )
    for key in known:
        if key not in payload and key not in renamed:
            yield FILE_CODES["FIC-011"].finding(pointer=f"/{key}", key=key)


def _version(value: Any) -> Iterator[Finding]:
    if not isinstance(value, str) or value not in VERSIONS:
        yield FILE_CODES["FIC-013"].finding(
            pointer="/versionSchema",
            found=shown(value),
            expected=f'"{CURRENT_VERSION}", entre guillemets',
        )


def _scheme(value: Any) -> Iterator[Finding]:
    yield from _listed("FIC-014", "/dispositif", value, list(SchemeCode))


def _kind(value: Any) -> Iterator[Finding]:
    yield from _listed("FIC-015", "/typeDemande", value, list(Kind))


def _listed(code: str, pointer: str, value: Any, known: list[Any]) -> Iterator[Finding]:
    if isinstance(value, str) and value in known:
        return
    meant = closest(value, known) if isinstance(value, str) else None
    yield FILE_CODES[code].finding(
        pointer=pointer,
        found=shown(value),
        expected=" ou ".join(f'"{item}"' for item in known),
        advice=f'Vouliez-vous dire "{meant}" ?' if meant else None,
    )


def _depositor(value: Any, supplier_siret: str) -> Iterator[Finding]:
    identifier = IDENTIFIERS[IdentifierKind.SIRET]
    pointer = "/siretFournisseur"
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield FILE_CODES["FIC-016"].finding(
            pointer=pointer,
            found=shown(value),
            expected=number_as_text(value, identifier.length) if number else identifier.form,
            reason="ce n’est pas un texte entre guillemets",
        )
    elif explanation := identifier.explain(value):
        proposal = explanation.proposal
        yield FILE_CODES["FIC-016"].finding(
            pointer=pointer,
            found=shown(value),
            expected=f'"{proposal}"' if proposal else identifier.form,
            advice=f'Écrivez "{proposal}".' if proposal else None,
            reason=explanation.reason,
        )
    elif value != supplier_siret:
        yield FILE_CODES["FIC-017"].finding(
            pointer=pointer, found=shown(value), expected=shown(supplier_siret)
        )


def _requests(value: Any, limits: Limits) -> Iterator[Finding]:
    pointer = "/demandes"
    if not isinstance(value, list):
        expected = '"demandes": [ { … } ]'
        yield FILE_CODES["FIC-018"].finding(pointer=pointer, found=shown(value), expected=expected)
    elif not value:
        yield FILE_CODES["FIC-019"].finding(pointer=pointer)
    elif len(value) > limits.max_requests:
        yield FILE_CODES["FIC-020"].finding(
            pointer=pointer, found=str(len(value)), expected=str(limits.max_requests)
        )


def _disagreements(name: FileName, payload: dict[str, Any]) -> Iterator[Finding]:
    """What the name announces and the content denies; faulty contents are already reported."""
    for code, key, announced, known in (
        ("FIC-031", "typeDemande", name.kind, set(Kind)),
        ("FIC-032", "dispositif", name.scheme, set(SchemeCode)),
        ("FIC-033", "siretFournisseur", name.siret, None),
    ):
        value = payload.get(key)
        if isinstance(value, str) and value != announced and (known is None or value in known):
            yield FILE_CODES[code].finding(
                pointer=f"/{key}", found=shown(announced), expected=shown(value)
            )


_CHECKS = {"versionSchema": _version, "dispositif": _scheme, "typeDemande": _kind}
