"""What an officer checks in each document, in words."""

from __future__ import annotations

from datetime import date

import pytest

from enrolment.rules.documents import DocumentKind
from enrolment.rules.points import (
    Declared,
    correction_text,
    points_to_check,
)

FULL = Declared(
    supplier="Essai",
    siren="107331035",
    representative="Camille Martin",
    wanted_name="Essai Santé",
    proxy_name="Lou Petit",
    solution="RIS 1.0",
    editor="Éditeur",
    reference="VA2-1",
    account="•••• 0189, AGRIFRPP",
    issued_on=date(2026, 9, 1),
    starts_on=date(2026, 9, 1),
    expires_on=date(2031, 1, 1),
)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_document_has_its_points(kind: DocumentKind) -> None:
    """Whole sentences, with what was declared; what was not is said."""
    points = points_to_check(kind, FULL)
    assert len(points) >= 3
    assert all(point.endswith(".") and "non indiqué" not in point for point in points)
    bare = points_to_check(kind, Declared(supplier="Essai", siren="107331035"))
    assert len(bare) == len(points)
    assert all("{" not in point and ": ." not in point for point in bare)


def test_a_mandate_that_relies_on_the_editor_has_one_more_point() -> None:
    """The recourse to the editor's habilitation is explicit (section 1)."""
    kind = DocumentKind.DISTRIBUTION_MANDATE
    relying = Declared(supplier="Essai", siren="107331035", covers_osu=True)
    assert "OSU" in points_to_check(kind, relying)[-1]
    assert not any("OSU" in one for one in points_to_check(kind, FULL))


def test_a_correction_lists_the_points_then_the_words() -> None:
    """Either is enough."""
    assert correction_text(("A.", "B."), " Refaites-la. ").splitlines() == [
        "Non conforme\u00a0: A.",
        "Non conforme\u00a0: B.",
        "Refaites-la.",
    ]
    assert correction_text((), "Refaites-la.") == "Refaites-la."
    assert correction_text((), "  ") == ""
