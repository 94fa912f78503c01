"""Imports of existing cases as the API shows them: every refusal with its Chinese sentence beside code and facts."""

from typing import Any

from pydantic import Field

from gateway import texts
from gateway.schemas.clue_imports import ImportProblem
from shared.contracts.case_imports import CaseImportRowView, CaseImportView


class ToldCaseImport(CaseImportView):
    problem: ImportProblem | None = Field(description="why the whole file was refused")  # type: ignore[assignment]


class ToldCaseRow(CaseImportRowView):
    detail: str | None = Field(description="Chinese: why the row was rejected")


def told_case_import(job: dict[str, Any]) -> dict[str, Any]:
    problem = job["problem"]
    return {**job, "problem": problem and {**problem, "detail": _detail(problem)}}


def told_case_rows(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [{**row, "detail": _detail(row) if row["code"] else None} for row in page["items"]]}


def _detail(fault: dict[str, Any]) -> str:
    return texts.detail(fault["code"], fault.get("facts") or {}, fault.get("field"))
