"""Two spellings of one solution, and two solutions (ENR-002)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrolment.rules import alike

SAME = [
    ("Médi-Soft RIS", "2.1", "MEDI SOFT  ris", "2.1"),
    ("Médi‑Soft", "2.1", "MediSoft", "2.1"),
    ("L’Imagerie", "2", "l'imagerie", "2"),
    ("Œuvre ® RIS", "2", "œuvre RIS", "2"),
    ("RIS_Pro", "2.1", "RIS Pro", "2.1"),
    ("RIS", "v2.1", "RIS", "2.1"),
    ("RIS", "V. 2.1", "RIS", "2.1"),
    ("RIS", "Version 2.1", "RIS", "ver 2.1"),
    ("RIS", "2.1-B", "RIS", "2.1 b"),
    ("RIS 2024", "1", "ris-2024", "1"),
    ("RÉSO", "1", "RE\u0301SO", "1"),
]
OTHERS = [
    ("RIS", "2.1", "RIS", "2.10"),
    ("RIS", "2.1", "RIS", "2.1.0"),
    ("RIS", "2-1", "RIS", "21"),
    ("Suite 1 2", "1", "Suite 12", "1"),
    ("RIS", "v2", "RIS", "vega2"),
    ("RIS v2", "1", "RIS 2", "1"),
    ("RIS+", "1", "RIS", "1"),
    ("RIS", "1", "RIS Pro", "1"),
    ("---", "1", "'", "1"),
]
TEXT = st.text(max_size=30)


@pytest.mark.parametrize(("name", "version", "other", "other_version"), SAME)
def test_what_people_write_differently_is_one_solution(
    name: str, version: str, other: str, other_version: str
) -> None:
    """Case, accents, blanks, hyphens, apostrophes, trade marks, « v »."""
    assert alike(name, version) == alike(other, other_version)


@pytest.mark.parametrize(("name", "version", "other", "other_version"), OTHERS)
def test_two_solutions_stay_two(name: str, version: str, other: str, other_version: str) -> None:
    """A figure, a sign or a word of difference is another solution or another version."""
    assert alike(name, version) != alike(other, other_version)


@given(TEXT, TEXT)
@example("®", "v2")
@example("1 - 2", "version 2.1 - 3")
def test_a_plain_spelling_is_its_own(name: str, version: str) -> None:
    """Made plain twice is made plain once; case and blanks around never count."""
    plain = alike(name, version)
    assert alike(*plain) == plain
    if name.strip() and version.strip():
        assert alike(f" {name}  ", f"\t{version} ") == plain
