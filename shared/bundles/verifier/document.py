"""What the bundle of an official document must agree in: the signature of its office, and all else with that."""

from __future__ import annotations

import json
from typing import Any

from shared.bundles.verifier.pack import Check
from shared.bundles.verifier.signatures import key_id, verifies

FORMATS = ("pdf", "docx")
SAID = ("document_id", "number", "issuer", "dated_on")


def check_document(check: Check, manifest: dict[str, Any]) -> None:
    statement = check.read("statement.json")
    signature, document = check.parse("signature.json"), check.parse("document.json")
    if statement is None or signature is None or document is None:
        return
    signed(check, statement, signature)
    said = json.loads(statement.decode("utf-8"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    for form in FORMATS:
        entry, told = listed.get(f"document.{form}"), said["files"][form]
        if entry is None or any(entry[name] != told[name] for name in ("sha256", "sm3", "size")):
            check.fault("document.%s 不是机关签名的那一份", form)
    for name in SAID:
        if document[name] != said[name]:
            check.fault("document.json 的 %s 与机关签名的内容不一致", name)
    receipts(check, document, {told["sha256"] for told in said["files"].values()})
    standing(check, document)


def signed(check: Check, statement: bytes, signature: dict[str, Any]) -> None:
    public = signature["public_key"]
    if not verifies(public, signature["alg"], signature["value"], statement):
        check.fault("机关签名不成立")
    if key_id(public) != signature["key_id"]:
        check.fault("公钥编号与公钥不符")
    if check.expected and len(check.expected) != 64 and check.expected not in (public, key_id(public)):
        check.fault("公钥 %s 不是公布的 %s，签名可能出自他人", key_id(public), check.expected)
    check.notes.append(f"机关签名 {signature['alg']}，公钥编号 {key_id(public)}，请与机关公布的比对")


def receipts(check: Check, document: dict[str, Any], digests: set[str]) -> None:
    """谁签收，签的是不是这一份。"""
    found = check.parse("receipts.json") or []
    told = [(one["recipient"], one["line"]) for one in found]
    meant = [(name, "main") for name in document["to"]] + [(name, "copy") for name in document["copies"]]
    if told != meant:
        check.fault("receipts.json 与收文单位不一致")
    for one in found:
        if one.get("sha256") not in (None, *digests):
            check.fault("%s 签收的不是这一份", one["recipient"])
        if one["signed_at"] and not one["signed_by"]:
            check.fault("%s 的签收没有签收人", one["recipient"])


def standing(check: Check, document: dict[str, Any]) -> None:
    """撤回、更正过的，原件仍是真的，但不再有效。"""
    if document["replaced_by"]:
        check.notes.append(f"本文已由 {document['replaced_by']['number']} 更正代替")
    elif document["state"] == "withdrawn":
        check.notes.append("本文已撤回")
