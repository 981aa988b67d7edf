"""What a line of the base must satisfy, as SQL over its text columns (json-contract).

Each check is a condition that is true when all is well, and what to say otherwise. PostgreSQL
evaluates them for all the new and changed lines at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from orders.enums import Activity, IdentifierKind, StructureType

_DIGITS = "'0123456789'"


def _pairs(number: int) -> int:
    """What up to four digits add to a Luhn sum: the second and the fourth from the right double."""
    digits = [int(digit) for digit in f"{number:04}"]
    return sum(digits[1::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])


# Luhn on four digits at a time: byte N is what the number N adds to the sum.
_LUHN_TABLE = bytes(_pairs(number) for number in range(10_000)).hex()


@dataclass(frozen=True, slots=True)
class Check:
    """SQL over the columns of a line, true when all is well, and what to say otherwise in French.

    `key` is only evaluated where `form` is true.
    """

    form: str
    message: str
    key: str = "true"
    key_message: str = ""

    @property
    def is_valid(self) -> str:
        """One condition for both."""
        return self.form if self.key == "true" else f"CASE WHEN {self.form} THEN {self.key} END"

    @property
    def reason(self) -> str:
        """What is wrong, or null."""
        return (
            f"CASE WHEN NOT ({self.form}) THEN '{self.message}'"
            f" WHEN NOT ({self.key}) THEN '{self.key_message}' END"
        )


def _digits(column: str, length: int) -> str:
    """Exactly so many digits, not all zeros (trimming is faster than a regular expression)."""
    return (
        f"octet_length({column}) = {length} AND btrim({column}, {_DIGITS}) = ''"
        f" AND {column} <> '{'0' * length}'"
    )


def _finess(column: str) -> str:
    return (
        f"octet_length({column}) = 9 AND {column} <> '000000000'"
        f" AND (btrim({column}, {_DIGITS}) = '' OR left({column}, 2) IN ('2A', '2B')"
        f" AND btrim(substr({column}, 3), {_DIGITS}) = '')"
    )


def _luhn(text: str) -> str:
    """Luhn's key of up to twelve digits; leading zeros add nothing."""
    parts = (
        f"get_byte('\\x{_LUHN_TABLE}'::bytea, ({text}::bigint / {10_000**rank} % 10000)::int)"
        for rank in range(3)
    )
    return f"({' + '.join(parts)}) % 10 = 0"


def _optional(column: str, length: int) -> Check:
    return Check(
        f"{column} = '' OR {_digits(column, length)}",
        f"{column} : attendu {length} chiffres ou rien",
        f"CASE WHEN {column} = '' THEN true ELSE {_luhn(column)} END",
        f"{column} : la clé de contrôle est fausse",
    )


def _one_of(column: str, values: list[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _number(column: str) -> str:
    return f"{column} <> '' AND octet_length({column}) <= 9 AND btrim({column}, {_DIGITS}) = ''"


_CORSICA = "translate(value, 'AB', '12')"

CHECKS = [
    Check(
        _one_of("kind", IdentifierKind.values),
        f"type_identifiant : attendu {', '.join(IdentifierKind.values)}",
    ),
    Check(
        f"CASE kind WHEN 'RPPS' THEN {_digits('value', 11)}"
        f" WHEN 'FINESS' THEN {_finess('value')} ELSE {_digits('value', 9)} END",
        "identifiant : attendu 11 chiffres (RPPS) ou 9 (AM, SIREN, FINESS ; 2A ou 2B en Corse)",
        f"CASE kind WHEN 'FINESS' THEN {_luhn(_CORSICA)} ELSE {_luhn('value')} END",
        "identifiant : la clé de contrôle est fausse",
    ),
    _optional("rpps", 11),
    _optional("siren", 9),
    Check("char_length(label) <= 150", "libelle : 150 caractères au plus"),
    Check(
        _one_of("structure_type", StructureType.values),
        f"type_structure : attendu {', '.join(StructureType.values)}",
    ),
    Check("char_length(specialty) <= 100", "specialite : 100 caractères au plus"),
    Check(_one_of("is_liberal", ["0", "1"]), "liberal : attendu 0 ou 1"),
    Check(_number("doctor_count"), "nb_medecins : attendu un nombre entier"),
    Check(
        f"postal_code = '' OR octet_length(postal_code) = 5 AND btrim(postal_code, {_DIGITS}) = ''",
        "code_postal : attendu 5 chiffres ou rien",
    ),
    Check(
        _one_of("activity", ["", *Activity.values]),
        f"activite : attendu {', '.join(Activity.values)} ou rien",
    ),
    Check(
        f"activity_2023 = '' OR {_number('activity_2023')}",
        "activite_2023 : attendu un nombre entier ou rien",
    ),
    Check(_one_of("had_wave_1", ["0", "1"]), "beneficiaire_vague_1 : attendu 0 ou 1"),
]

IS_WRONG = " OR ".join(f"({check.is_valid}) IS NOT TRUE" for check in CHECKS)
# Everything wrong with a line at once, in the order of the columns.
REASONS = f"concat_ws(' ; ', {', '.join(check.reason for check in CHECKS)})"
