"""The page of a sign-on that came to nothing: what is wrong and where to go on, in Chinese. Loads nothing else."""

from html import escape

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · 田卫</title>
<style>
body {{ margin: 0; font: 16px/1.8 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: #1f2a24; background: #f6f8f4; }}
main {{ max-width: 36rem; margin: 0 auto; padding: 3rem 1.5rem; }}
h1 {{ font-size: 1.5rem; color: #8a2f1d; }}
small {{ color: #4c5a51; overflow-wrap: anywhere; }}
p {{ overflow-wrap: anywhere; }}
a {{ color: #1d5b36; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{detail}</p>
<p><a href="/">返回首页，用本系统账号登录或重新开始</a></p>
<p><small>代码 {code}，请求编号 {correlation}</small></p>
</main>
</body>
</html>
"""


def refused(title: str, detail: str, code: str, correlation: str) -> str:
    """All four are told as text."""
    told = {"title": title, "detail": detail, "code": code, "correlation": correlation}
    return _PAGE.format_map({name: escape(value) for name, value in told.items()})
