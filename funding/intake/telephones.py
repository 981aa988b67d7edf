"""Telephone numbers, French (mainland and overseas) or international, by libphonenumber.

libphonenumber takes 50 to 300 µs a number; most are written plainly, so its own patterns of the
French regions are tried first.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

# Numbers written without a country code belong to one of these plans, tried in this order.
_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_KINDS = ("fixed_line", "mobile", "voip", "premium_rate", "toll_free", "shared_cost")
_PUNCTUATION = str.maketrans("", "", " .-\u00a0\u202f")


def _plain_pattern(region: str) -> str:
    """Numbers of a region with their national or international prefix, as libphonenumber knows."""
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    kinds = [getattr(metadata, kind, None) for kind in _KINDS]
    numbers = "|".join(kind.national_number_pattern for kind in kinds if kind)
    national = metadata.national_prefix or ""
    return rf"(?:{national}|(?:\+|00){metadata.country_code})(?:{numbers})"


_PLAIN = re.compile("|".join(map(_plain_pattern, _REGIONS)), re.ASCII)


def is_valid_telephone(value: str) -> bool:
    """Whether this is one complete number that can exist."""
    return (
        _PLAIN.fullmatch(value) is not None
        or _PLAIN.fullmatch(value.translate(_PUNCTUATION)) is not None
        or any(_exists(value, region) for region in _REGIONS)
    )


def _exists(value: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(value, region)
    except NumberParseException:
        return False
    return not number.extension and phonenumbers.is_valid_number(number)
