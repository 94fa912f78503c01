"""Evidence as the API shows it: every flag with its Chinese sentence beside code and facts."""

from typing import Any

from pydantic import Field

from gateway import texts
from shared.contracts.base import View
from shared.contracts.evidence import (
    EvidenceFlag,
    EvidenceForm,
    EvidenceRow,
    EvidenceView,
    Requirements,
    RequirementView,
)
from shared.contracts.proof_bundles import BundleView


class ToldFlag(EvidenceFlag):
    title: str = Field(description="Chinese name of the flag")
    detail: str = Field(description="Chinese sentence, for a person")


class ToldEvidenceRow(EvidenceRow):
    flags: list[ToldFlag]  # type: ignore[assignment]


class ToldEvidence(EvidenceView):
    flags: list[ToldFlag]  # type: ignore[assignment]


class ToldRequirement(RequirementView):
    detail: str = Field(description="Chinese: what is missing, or that it is there")


class ToldRequirements(Requirements):
    items: list[ToldRequirement]  # type: ignore[assignment]


class BundleProblem(View):
    code: str
    field: str | None = None
    facts: dict[str, Any]
    detail: str = Field(description="Chinese, for a person")


class ToldBundle(BundleView):
    problem: BundleProblem | None  # type: ignore[assignment]


class EvidenceUpload(EvidenceForm):
    """What the form holds; the file comes in the field `file`."""


def told_evidence(piece: dict[str, Any]) -> dict[str, Any]:
    return {**piece, "flags": [_flag(flag) for flag in piece["flags"]]}


def told_page(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [told_evidence(piece) for piece in page["items"]]}


def told_requirements(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "items": [_requirement(item) for item in answer["items"]]}


def told_bundle(bundle: dict[str, Any]) -> dict[str, Any]:
    problem = bundle["problem"]
    if problem is not None:
        problem = {**problem, "detail": texts.detail(problem["code"], problem.get("facts") or {}, problem.get("field"))}
    return {**bundle, "problem": problem}


def _flag(flag: dict[str, Any]) -> dict[str, Any]:
    code, facts = flag["code"], flag.get("facts") or {}
    return {**flag, "title": texts.flag_title(code), "detail": texts.detail(f"flag.{code}", facts)}


def _requirement(item: dict[str, Any]) -> dict[str, Any]:
    spoiled = sorted({texts.flag_title(code) for piece in item["spoiled"] for code in piece["flags"]})
    if not item["missing"]:
        said = f"{item['title']}：已具备。"
    else:
        said = f"{item['title']}：需要 {item['needed']} 件，还缺 {item['missing']} 件。"
        if spoiled:
            said += f"有 {len(item['spoiled'])} 件因“{'、'.join(spoiled)}”不能计入。"
    return {**item, "detail": said}
