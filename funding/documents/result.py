"""What is found in a document: plain values that go to the database and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# One rectangle on a page, in points from its bottom left: left, bottom, right, top.
Box = tuple[float, float, float, float]
NONE, UNVERIFIED, VERIFIED, ALTERED = "none", "unverified", "verified", "altered"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, in French, and what to do about it."""

    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One electronic signature. `claimed_at` is what the signer's machine said, in ISO form: a
    claim, not a proof. `detail` says why it is not verified, in French."""

    outcome: str
    signer: str = ""
    issuer: str = ""
    claimed_at: str = ""
    detail: str = ""


CITATION = "citation"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value or a statement to look for. `kind` is `identifier`, `amount`, `date`, `text`,
    `statement`, `pattern` (an expression over the plain text) or `citation` (any number of a
    layout: nothing says which, and none may be there); `pointer` names it in the request (empty
    for a statement); `shown` is how people read it, when that is not the value."""

    key: str
    kind: str
    label: str
    value: str
    pointer: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a wanted value was found: the pages (from 1) and the first rectangles, on the page as
    it is shown (turned and cut)."""

    key: str
    label: str
    value: str
    kind: str
    pointer: str
    pages: tuple[int, ...] = ()
    boxes: tuple[tuple[int, Box], ...] = ()
    shown: str = ""

    @property
    def words(self) -> str:
        """The value as people read it."""
        return self.shown or self.value


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading one PDF. Without text (`has_text`) nothing can be compared: a person
    looks; `sizes` are those of the pages, in points."""

    faults: tuple[Fault, ...] = ()
    page_count: int = 0
    has_text: bool = False
    signature: str = NONE
    signatures: tuple[Signature, ...] = ()
    found: tuple[Found, ...] = ()
    sizes: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def citations(self) -> tuple[str, ...]:
        """The numbers of layouts that the document shows."""
        return tuple(item.value for item in self.found if item.kind == CITATION)

    @property
    def missing(self) -> tuple[Found, ...]:
        """What was looked for and found nowhere; nothing when there is no text."""
        return tuple(item for item in self.found if not item.pages) if self.has_text else ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-serialisable form; `from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reading:
        """The reading that `as_dict` described."""
        return cls(
            faults=tuple(Fault(**item) for item in data["faults"]),
            page_count=data["page_count"],
            has_text=data["has_text"],
            signature=data["signature"],
            signatures=tuple(Signature(**item) for item in data["signatures"]),
            found=tuple(_found(item) for item in data["found"]),
            sizes=tuple((width, height) for width, height in data["sizes"]),
            notes=tuple(data["notes"]),
        )


def _found(item: dict[str, Any]) -> Found:
    pages = tuple(item["pages"])
    boxes = tuple((page, tuple(box)) for page, box in item["boxes"])
    return Found(**{**item, "pages": pages, "boxes": boxes})
