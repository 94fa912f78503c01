"""Letters asking another body for help (协助函)."""

from enum import StrEnum


class AssistanceState(StrEnum):
    """Of a letter of assistance (domain.md 4.1, 4.4)."""

    REQUESTED = "requested"
    EXTENDED = "extended"
    """The body asked has given notice that it needs more time, once."""
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AssistanceMatter(StrEnum):
    """What is asked for (domain.md 5.2, 04)."""

    LAND_INFORMATION = "land_information"
    RECORDS = "records"
    IDENTITY_CHECK = "identity_check"
    SITE_HELP = "site_help"
    SURVEY_OR_TEST = "survey_or_test"
    SERVICE_HELP = "service_help"
    STOP_PROCEDURES = "stop_procedures"
    """Of permit and registration bodies, when a fine or an order is not obeyed (NRP 40, K8)."""
    OTHER = "other_matter"


class AnswerForm(StrEnum):
    """In which form the answer is wanted."""

    WRITTEN_REPLY = "written_reply"
    COPIES = "copies"
    DATA_FILE = "data_file"
    ON_SITE = "on_site"


class AssistanceResult(StrEnum):
    """What an answer says; with reasons where it is not all that was asked (feedback_result of domain.md 5.6)."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    CANNOT_HANDLE = "cannot_handle"


class AssistanceRefusal(StrEnum):
    """The legal reasons for which help may be refused (J09)."""

    OUTSIDE_POWERS = "outside_powers"
    LAW_FORBIDS = "law_forbids"
