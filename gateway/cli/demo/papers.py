"""Papers as the people of the demonstration bring them: the letter of a task, and documents by their kind."""

from datetime import date
from typing import Any

from shared.contracts.codes import DocumentKind, title


def letter(agency: str) -> dict[str, str]:
    """The task letter of one agency, by the division of labour of domain.md 4.5."""
    matters = {
        "natural_resources": ("现场勘测定界，认定地类和永久基本农田范围", "土地管理法第七十七条", "勘测报告"),
        "agriculture": ("鉴定耕地种植条件破坏程度，提出复耕意见", "土地管理法第七十五条", "破坏程度鉴定意见"),
        "public_security": ("维持现场秩序，审查是否涉嫌犯罪", "刑法第三百四十二条", "立案或者不予立案决定"),
        "comprehensive_enforcement": ("清理现场，拆除违法建筑物", "行政强制法", "拆除记录"),
        "township": (
            "通知当事人到场，协调停水停电，组织日常看护",
            "耕地保护党政同责实施办法第九条",
            "工作记录",
        ),
    }
    matter, basis, output = matters[agency]
    return {"agency": agency, "matter": matter, "legal_basis": basis, "output": output}


def document(kind: str, on: date | None = None) -> dict[str, str]:
    """on: with its number and this day, as a paper must have that stops a clock or proves a day."""
    told = {} if on is None else {"document_no": "1号", "dated_on": on.isoformat()}
    return {"kind": kind, "title": title(DocumentKind(kind)), **told}


def with_documents(*kinds: str, on: date | None = None) -> dict[str, Any]:
    return {"documents": [document(kind, on) for kind in kinds]}
