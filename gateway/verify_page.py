"""The page behind the QR code of a document: whether it was issued and still stands, and whether a file is it.

It says nothing of what the document says. The file is digested in the browser; only a browser that refuses that to a
page without TLS sends the file, which is digested and not kept.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

_STANDINGS = {
    "in_force": ("yes", "有效", "本文已由下列机关印发，现行有效。"),
    "withdrawn": ("no", "已撤回", "本文已由发文机关撤回，文号保留，不再有效。"),
    "corrected": ("no", "已更正", "本文已被更正，请以更正后的文书为准。"),
}
_LEGEND = "<p>纸质文书请核对文号、日期是否与下列一致；电子文书请在下方核对文件。</p>"


def found(code: str, told: Mapping[str, Any]) -> str:
    """told: the answer of document.verify."""
    mark, word, sentence = _STANDINGS[told["standing"]]
    rows = [
        ("发文字号", told["number"] or "（该类文书不编文号）"),
        ("发文机关", told["issuer"]),
        ("成文日期", told["dated_on"]),
        ("状态", word),
        ("更正后的文书", told["corrected_by"]),
        ("所更正的文书", told["corrects"]),
        ("核验码", _fours(code)),
        ("签名算法", told["signature_alg"]),
        ("签名公钥编号", told["key_id"]),
    ]
    table = "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in rows if value)
    check = _CHECK.replace("CODE", escape(code))
    return _page(f'<p class="mark {mark}">{word}</p><p>{sentence}</p>{_LEGEND}<table>{table}</table>{check}')


def not_found() -> str:
    return _page(
        '<p class="mark no">查无此文</p><p>没有用这个核验码印发的文书。请核对核验码；'
        "仍查不到的，请与发文机关联系。</p>" + _ASK
    )


def unavailable() -> str:
    return _page("<p class='mark no'>暂时无法核验</p><p>系统暂时不能答复，请稍后重试。</p>")


def too_often(seconds: int) -> str:
    return _page(f"<p class='mark no'>核验过于频繁</p><p>请 {seconds} 秒后重试。</p>")


def ask() -> str:
    return _page(_ASK)


def _fours(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _page(body: str) -> str:
    return _FRAME.replace("BODY", body)


_ASK = """<form action="/verify" method="get"><label>核验码（文书首页左下角，16位）
<input name="code" maxlength="24" autocomplete="off" required></label> <button>核验</button></form>"""

_CHECK = """<h2>核对文件</h2>
<p>选择手中的 PDF 或 DOCX 文件，在本机计算摘要后比对；文件内容不会被保存。</p>
<p><input type="file" id="file" accept=".pdf,.docx"></p><p id="answer" role="status"></p>
<script>
const answer = document.getElementById("answer");
document.getElementById("file").addEventListener("change", async event => {
  const file = event.target.files[0];
  if (!file) return;
  answer.textContent = "正在核对……";
  try {
    const content = await file.arrayBuffer();
    let reply;
    if (window.crypto && crypto.subtle) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
      const text = Array.from(digest, byte => byte.toString(16).padStart(2, "0")).join("");
      reply = await fetch("/api/v1/verify/CODE?sha256=" + text);
    } else {
      reply = await fetch("/api/v1/verify/CODE/digest", {method: "POST", body: content,
        headers: {"Content-Type": "application/octet-stream"}});
    }
    const told = await reply.json();
    if (!reply.ok) answer.textContent = told.detail;
    else if (told.file === "none") answer.textContent = "不一致：这个文件不是所印发的原件，或者已被改动。";
    else answer.textContent = "一致：这个文件与所印发的" + told.file.toUpperCase() + "原件完全相同。";
  } catch (error) {
    answer.textContent = "没有核对成功，请检查网络后重试。";
  }
});
</script>"""

_FRAME = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>文书核验 · 田卫</title>
<style>
body { margin: 0; font: 16px/1.8 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: #1f2a24; background: #f6f8f4; }
main { max-width: 40rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; color: #1d5b36; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; background: #fff; }
th, td { border: 1px solid #cfd8cc; padding: .35rem .6rem; text-align: left; overflow-wrap: anywhere; }
th { width: 9rem; font-weight: normal; color: #4c5a51; }
.mark { font-size: 1.5rem; font-weight: bold; margin: 0; }
.yes { color: #1d5b36; } .no { color: #a3271d; }
#answer { font-weight: bold; min-height: 1.8em; }
</style>
</head>
<body>
<main>
<h1>文书核验</h1>
BODY
</main>
</body>
</html>
"""
