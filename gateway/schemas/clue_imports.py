"""Imports as the API shows them: every refusal and warning with its Chinese sentence beside code and facts."""

from typing import Any

from pydantic import Field

from gateway import texts
from shared.contracts.base import View
from shared.contracts.clue_imports import ClueImportView, ImportRowView, ImportWarning


class ToldWarning(ImportWarning):
    detail: str = Field(description="Chinese, for a person")


class ImportProblem(View):
    code: str
    field: str | None = None
    facts: dict[str, Any]
    detail: str = Field(description="Chinese, for a person")


class ToldImport(ClueImportView):
    warnings: list[ToldWarning] = Field(description="what a person should check about the whole file")  # type: ignore[assignment]
    problem: ImportProblem | None = Field(description="why the whole file was refused")  # type: ignore[assignment]


class ToldRow(ImportRowView):
    detail: str | None = Field(description="Chinese: why the row was rejected")
    warning_details: list[str] = Field(description="Chinese sentences of `warnings`, in its order")


def told_import(job: dict[str, Any]) -> dict[str, Any]:
    problem = job["problem"]
    return {
        **job,
        "warnings": [told_fault(warning) for warning in job["warnings"]],
        "problem": problem and told_fault(problem),
    }


def told_rows(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [_told_row(row) for row in page["items"]]}


def told_fault(fault: dict[str, Any]) -> dict[str, Any]:
    return {**fault, "detail": texts.detail(fault["code"], fault.get("facts") or {}, fault.get("field"))}


def _told_row(row: dict[str, Any]) -> dict[str, Any]:
    code, facts = row["code"], row["facts"]
    return {
        **row,
        "detail": code and texts.detail(code, facts, row["field"]),
        # A row that was taken has the facts of its warnings by their codes.
        "warning_details": [texts.detail(warning, facts.get(warning) or {}) for warning in row["warnings"]],
    }
