"""French identifiers: SIREN, SIRET, FINESS, RPPS, numéro d'AM. Pure Python.

Rules and evidence: Luhn for all; SIRET has the La Poste exception (SIREN 356000000); FINESS writes
Corsica 2A/2B, counted as 1 and 2; a value made of zeros passes Luhn and is refused all the same.
Validators are strict: what people paste (blanks, dots, dashes) goes through `clean` first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from stdnum.fr import siret as stdnum_siret

_CLUTTER = re.compile(r"[\s.\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]+")
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_CORSICA = bytes.maketrans(b"AB", b"12")
_LOOKALIKES = str.maketrans("OQIL", "0011")


class IdentifierKind(StrEnum):
    """The kinds of identifiers the programme exchanges; the values are also schema formats."""

    SIREN = "siren"
    SIRET = "siret"
    FINESS = "finess"
    RPPS = "rpps"
    AM = "am"


def clean(value: str) -> str:
    """`value` without the blanks, dots and dashes people paste, in capitals."""
    return _CLUTTER.sub("", value).upper()


def _luhn_sum(value: str) -> int:
    """Luhn sum of ASCII digits; the letters of Corsica's FINESS count as 1 and 2."""
    digits = value.encode().translate(_CORSICA)[::-1]
    return sum(digits[::2]) + sum(digits[1::2].translate(_DOUBLED)) - 48 * len(digits)


def luhn_complete(stem: str) -> str:
    """`stem` followed by the digit that makes it pass Luhn."""
    return f"{stem}{-_luhn_sum(stem + '0') % 10}"


def _luhn(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """A validator: the pattern, the Luhn key, and not all zeros."""

    def is_valid(value: str) -> bool:
        return (
            pattern.fullmatch(value) is not None
            and _luhn_sum(value) % 10 == 0
            and value.strip("0") != ""
        )

    return is_valid


_NINE = re.compile(r"[0-9]{9}")
_ELEVEN = re.compile(r"[0-9]{11}")
_FOURTEEN = re.compile(r"[0-9]{14}")
_FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")

is_valid_siren = _luhn(_NINE)
is_valid_finess = _luhn(_FINESS)
is_valid_rpps = _luhn(_ELEVEN)
is_valid_am = _luhn(_NINE)


def is_valid_siret(value: str) -> bool:
    """14 digits, Luhn (La Poste excepted), around a valid SIREN."""
    return (
        _FOURTEEN.fullmatch(value) is not None
        and is_valid_siren(value[:9])
        and stdnum_siret.is_valid(value)
    )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value is refused, in French, and the value to write instead when it is sure."""

    reason: str
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """One kind of identifier: its name, its form, its check, and what to say of a wrong value."""

    kind: IdentifierKind
    label: str
    length: int
    form: str
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool]
    confusions: Callable[[str], Iterator[Explanation]]

    def explain(self, value: str) -> Explanation | None:
        """The most precise reason why `value` is refused; None when it is valid."""
        if self.is_valid(value):
            return None
        return next(self._reasons(value, clean(value)))

    def propose(self, value: str) -> str | None:
        """The valid value that was surely meant, if any."""
        explanation = self.explain(value)
        return explanation.proposal if explanation else value

    def _reasons(self, value: str, cleaned: str) -> Iterator[Explanation]:
        if not cleaned:
            yield Explanation("la valeur est vide")
        if self.is_valid(cleaned):
            yield Explanation(_clutter_found(value), cleaned)
        if not cleaned.strip("0"):
            yield Explanation("une suite de zéros n’est pas un numéro")
        yield from self.confusions(cleaned)
        yield from self._likely_slips(cleaned)
        if len(cleaned) != self.length:
            yield Explanation(f"{_count(cleaned)} au lieu de {self.length}")
        if not self.pattern.fullmatch(cleaned):
            yield Explanation(
                f"il contient un caractère interdit\u202f; forme attendue\u00a0: {self.form}"
            )
        yield Explanation(
            "la clé de contrôle (dernier chiffre) ne correspond pas\u00a0: un chiffre est faux"
        )

    def _likely_slips(self, cleaned: str) -> Iterator[Explanation]:
        swapped = cleaned.translate(_LOOKALIKES)
        if swapped != cleaned and self.is_valid(swapped):
            yield Explanation("une lettre (O, I, L) a été écrite à la place d’un chiffre", swapped)
        padded = cleaned.zfill(self.length)
        if len(cleaned) >= self.length - 2 and padded != cleaned and self.is_valid(padded):
            yield Explanation("le ou les zéros du début ont été perdus", padded)


def _count(text: str) -> str:
    noun = "chiffre" if text.isdecimal() else "caractère"
    return f"{len(text)} {noun}{'s' if len(text) > 1 else ''}"


def _clutter_found(value: str) -> str:
    if _CLUTTER.search(value):
        return "il contient des espaces, des points ou des tirets"
    return "il est écrit avec une lettre minuscule"


def _siren_confusions(text: str) -> Iterator[Explanation]:
    if is_valid_siret(text):
        yield Explanation(
            "c’est un numéro SIRET (14 chiffres)\u202f; le SIREN en est le début", text[:9]
        )
    if re.fullmatch(r"FR[0-9A-Z]{2}[0-9]{9}", text) and is_valid_siren(text[4:]):
        yield Explanation("c’est un numéro de TVA\u202f; le SIREN en est la fin", text[4:])


def _siret_confusions(text: str) -> Iterator[Explanation]:
    if is_valid_siren(text):
        yield Explanation("c’est un numéro SIREN (9 chiffres)\u202f; le SIRET en a 5 de plus")
    if _FOURTEEN.fullmatch(text) and not is_valid_siren(text[:9]):
        yield Explanation("ses 9 premiers chiffres ne forment pas un numéro SIREN")


def _finess_confusions(text: str) -> Iterator[Explanation]:
    if is_valid_siret(text):
        yield Explanation("c’est un numéro SIRET (14 chiffres), pas un FINESS")
    if re.fullmatch(r"[0-9][A-Z][0-9]{7}", text) and not _FINESS.fullmatch(text):
        yield Explanation("seuls les départements 2A et 2B s’écrivent avec une lettre")


def _rpps_confusions(text: str) -> Iterator[Explanation]:
    if re.fullmatch(r"8[0-9]{11}", text) and is_valid_rpps(text[1:]):
        yield Explanation(
            "c’est l’identifiant national «\u00a08 + RPPS\u00a0»\u202f; ôtez le 8", text[1:]
        )
    if re.fullmatch(r"0[0-9]{9}", text) and is_valid_am(text[1:]):
        yield Explanation("c’est l’identifiant national «\u00a00 + ADELI\u00a0», pas un RPPS")
    if _FOURTEEN.fullmatch(text):
        yield Explanation(
            "14 chiffres\u00a0: c’est un «\u00a0RPPS-rang\u00a0» (une structure), pas un RPPS"
        )
    if is_valid_am(text):
        yield Explanation("9 chiffres\u00a0: c’est un numéro d’AM ou ADELI, pas un RPPS")


def _am_confusions(text: str) -> Iterator[Explanation]:
    if re.fullmatch(r"2[AB][0-9]{7}", text):
        yield Explanation(
            "cela ressemble à un FINESS (2A, 2B)\u00a0: un numéro d’AM n’a pas de lettre"
        )
    if is_valid_rpps(text):
        yield Explanation("c’est un numéro RPPS (11 chiffres), pas un numéro d’AM")
    if re.fullmatch(r"[0-9]{8}", text) and not is_valid_am(text.zfill(9)):
        yield Explanation("8 chiffres\u00a0: il manque la clé (le 9ᵉ chiffre)")


IDENTIFIERS: dict[str, Identifier] = {
    item.kind: item
    for item in (
        Identifier(
            IdentifierKind.SIREN, "numéro SIREN", 9, "9 chiffres",
            _NINE, is_valid_siren, _siren_confusions,
        ),
        Identifier(
            IdentifierKind.SIRET, "numéro SIRET", 14, "14 chiffres",
            _FOURTEEN, is_valid_siret, _siret_confusions,
        ),
        Identifier(
            IdentifierKind.FINESS, "numéro FINESS", 9, "9 chiffres (2A ou 2B au début en Corse)",
            _FINESS, is_valid_finess, _finess_confusions,
        ),
        Identifier(
            IdentifierKind.RPPS, "numéro RPPS", 11, "11 chiffres",
            _ELEVEN, is_valid_rpps, _rpps_confusions,
        ),
        Identifier(
            IdentifierKind.AM, "numéro d’AM", 9, "9 chiffres (8 et la clé)",
            _NINE, is_valid_am, _am_confusions,
        ),
    )
}  # fmt: skip


# Deterministic, distinct and valid numbers for tests, models and demonstration data.
# Multiplying by a prime that does not divide the range spreads the seeds without collision.

_DEPARTMENTS = tuple(f"{number:02}" for number in range(1, 96) if number != 20)


def _spread(seed: int, size: int) -> int:
    return seed * 104_729 % size


def make_siren(seed: int) -> str:
    """The SIREN of this seed; distinct up to 90 million."""
    return luhn_complete(f"{10_000_000 + _spread(seed, 90_000_000)}")


def make_siret(seed: int, *, establishment: int = 1) -> str:
    """A SIRET of `make_siren(seed)`."""
    return luhn_complete(f"{make_siren(seed)}{establishment:04}")


def make_finess(seed: int, *, department: str | None = None) -> str:
    """A FINESS; its third digit is 0, so that it is never equal to an AM number made here."""
    number = department or _DEPARTMENTS[seed % len(_DEPARTMENTS)]
    return luhn_complete(f"{number}0{_spread(seed, 100_000):05}")


def make_rpps(seed: int) -> str:
    """A RPPS number; distinct up to 100 million."""
    return luhn_complete(f"10{_spread(seed, 100_000_000):08}")


def make_am(seed: int) -> str:
    """An AM number of a doctor: its third digit is 1."""
    return luhn_complete(f"{_DEPARTMENTS[seed % len(_DEPARTMENTS)]}1{_spread(seed, 100_000):05}")
