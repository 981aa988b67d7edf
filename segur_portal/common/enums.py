"""The words of the programme that everybody uses. Values are the ones stored and exchanged."""

from __future__ import annotations

from enum import StrEnum


class SchemeCode(StrEnum):
    """Dispositifs SONS (domain page, section 2)."""

    MDV = "SONS-MDV-LGC-Va2"
    RIS = "SONS-IMG-RIS-Va2"
    DB = "SONS-IMG-DB-Va2"


IMAGING = frozenset({SchemeCode.RIS.value, SchemeCode.DB.value})


class Kind(StrEnum):
    """Kinds of request, as the deposit format names them."""

    ADVANCE = "AVANCE"
    BALANCE = "SOLDE"


class Service(StrEnum):
    """Main services (prestations) that a request may ask for."""

    WAVE_2 = "VAGUE_2"
    WAVE_1_AND_2 = "VAGUE_1_ET_2"
    NEW_ACQUISITION = "NOUVELLE_ACQUISITION"


class WindowKind(StrEnum):
    """The calendar lines of a scheme."""

    ENROLMENT = "enrolment"
    ADVANCE = "advance"
    SERVICE = "service"
    BALANCE = "balance"
    HOLD = "hold"


class ParameterCode(StrEnum):
    """Numbers of the programme that an officer may change."""

    SIGNATURE_LEAD_DAYS = "signature_lead_days"
    PILOT_REPORTS = "pilot_reports_required"
    TRAINING_MATERIALS = "training_materials_required"
    DE_MINIMIS_CEILING = "de_minimis_ceiling"
    DE_MINIMIS_YEARS = "de_minimis_years"
    BANK_DETAILS_MAX_AGE_MONTHS = "bank_details_max_age_months"
    RECOVERY_DAYS = "recovery_days"
    INSTRUCTION_DAYS = "instruction_days"
    INSTRUCTION_WARNING_DAYS = "instruction_warning_days"
    HOLD_FIRST_ALERT_DAYS = "hold_first_alert_days"
    HOLD_LAST_ALERT_DAYS = "hold_last_alert_days"
    INCOMPLETE_DAYS = "incomplete_deposit_days"
    DISPUTE_DAYS = "dispute_answer_days"
    BASE_MAX_REMOVED_ROWS = "base_max_removed_rows"
    BASE_MAX_REMOVED_PERCENT = "base_max_removed_percent"
    BANK_CHANGE_DELAY_DAYS = "bank_change_delay_days"
    REFERENCING_MAX_CHANGED_ROWS = "referencing_max_changed_rows"
    REFERENCING_MAX_CHANGED_PERCENT = "referencing_max_changed_percent"


class RetentionKind(StrEnum):
    """Kinds of file that are kept for a time."""

    IDENTITY = "identity"
    ABANDONED_ENROLMENT = "abandoned_enrolment"
    FAILED_DEPOSIT = "failed_deposit"
    REQUEST = "request"
    ISSUED = "issued"
    BASE = "base"
    PAYMENT = "payment"
    SPECIMEN = "specimen"
    PILOT = "pilot"
    DISPUTE = "dispute"
    MESSAGE = "message"


class ReasonSubject(StrEnum):
    """What a coded reason may be given about."""

    ENROLMENT = "enrolment"
    DOCUMENT = "document"
    BANK = "bank"
    SPECIMEN = "specimen"
    REQUEST = "request"
    PILOT = "pilot"
    DISPUTE = "dispute"


class DocumentKind(StrEnum):
    """Kinds of document that clients and suppliers sign, and that have models (section 4)."""

    PURCHASE_ORDER = "purchase_order"
    PILOT_REPORT = "pilot_report"
    MANDATE = "mandate"
    DISTRIBUTION_MANDATE = "distribution_mandate"
    ACCEPTANCE_REPORT = "acceptance_report"


class Measure(StrEnum):
    """What a tranche of a price scale is counted in."""

    FLAT = "flat"
    DOCTORS = "doctors"
    ACTIVITY_2023 = "activity_2023"


class Role(StrEnum):
    """Who acts on a workflow. `SYSTEM` is the portal itself."""

    SUPPLIER = "supplier"
    OFFICER = "officer"
    ACCOUNTANT = "accountant"
    ANS = "ans"
    SYSTEM = "system"
