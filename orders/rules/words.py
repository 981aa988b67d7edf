"""The values of the deposit format and of the base, for pure rules. `orders.enums` labels them."""

from __future__ import annotations

from enum import StrEnum


class ClientKind(StrEnum):
    """Kinds of client (json-contract, `typeClient`)."""

    DOCTOR = "MEDECIN"
    MSP = "MSP"
    CDS = "CDS"
    PRACTICE = "CABINET"
    ESTABLISHMENT = "ETABLISSEMENT"


class StructureType(StrEnum):
    """Types of structure in the base (json-contract)."""

    DOCTOR = "MEDECIN"
    MSP = "MSP"
    CDS_MULTI = "CDS_POLYVALENT"
    CDS_MEDICAL = "CDS_MEDICAL"
    CDS_NURSING = "CDS_INFIRMIER"
    CDS_DENTAL = "CDS_DENTAIRE"
    PRACTICE = "CABINET"
    ESTABLISHMENT = "ETABLISSEMENT"


class Activity(StrEnum):
    """Activity addressed by the software instance."""

    RADIOLOGY = "RADIOLOGIE"
    NUCLEAR = "MEDECINE_NUCLEAIRE"
    MIXED = "MIXTE"


class Situation(StrEnum):
    """The four cases of a doctor (MNT-004)."""

    PRESENT = "PRESENT"
    NEW = "NOUVEAU"
    LEFT = "PARTI"
    STRUCTURE_GONE = "ARRIVE_STRUCTURE_DISPARUE"


class Key(StrEnum):
    """Kinds of identifier in the base and of key that an order claims."""

    RPPS = "RPPS"
    AM = "AM"
    FINESS = "FINESS"
    SIREN = "SIREN"
    PACS = "PACS"
    SIREN_SOLUTION = "SIREN_SOLUTION"
    FINESS_SOLUTION = "FINESS_SOLUTION"


class Slot(StrEnum):
    """Where two orders are allowed, which of the two places is held."""

    ONLY = ""
    RADIOLOGY = "radiology"
    NUCLEAR = "nuclear"


LABELS = {
    Key.RPPS: "Le numéro RPPS",
    Key.AM: "Le numéro d’AM",
    Key.FINESS: "Le numéro FINESS géographique",
    Key.SIREN: "Le numéro SIREN",
    Key.PACS: "L’identifiant du PACS",
    Key.SIREN_SOLUTION: "Le numéro SIREN",
    Key.FINESS_SOLUTION: "Le numéro FINESS géographique",
}

STRUCTURE_LABELS = {
    StructureType.DOCTOR.value: "médecin",
    StructureType.MSP.value: "maison de santé pluriprofessionnelle (MSP)",
    StructureType.CDS_MULTI.value: "centre de santé polyvalent",
    StructureType.CDS_MEDICAL.value: "centre de santé médical",
    StructureType.CDS_NURSING.value: "centre de santé infirmier",
    StructureType.CDS_DENTAL.value: "centre de santé dentaire",
    StructureType.PRACTICE.value: "cabinet",
    StructureType.ESTABLISHMENT.value: "établissement",
}
