"""The page at `/` until the console is built: says in Chinese what this is and where to go on. Loads nothing else."""

PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>田卫 · 耕地保护联合执法</title>
<style>
body { margin: 0; font: 16px/1.8 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: #1f2a24; background: #f6f8f4; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.5rem; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; color: #1d5b36; }
p.lead { margin-top: 0; color: #4c5a51; }
ul { padding-left: 1.2rem; }
a { color: #1d5b36; }
code { background: #e7ede4; padding: .1rem .35rem; border-radius: .25rem; }
nav a { display: inline-block; margin: .5rem .75rem .5rem 0; padding: .5rem 1.1rem; border-radius: .4rem;
  background: #1d5b36; color: #fff; text-decoration: none; }
</style>
</head>
<body>
<main>
<h1>田卫</h1>
<p class="lead">县级耕地保护多部门联合执法系统</p>
<p>卫片图斑、巡查和举报的线索在这里登记、核实、立案；公安、自然资源、农业农村、综合执法四个部门接到联合执法任务，
签收、办理、反馈；纪委监委和组织部门收到抄告并签收；土地整改到位后验收、销号。每一步都有时限，都记录在案。</p>
<nav><a href="/docs">接口说明与试用</a> <a href="/readyz">运行状况</a> <a href="/openapi.json">OpenAPI</a></nav>
<h2>从哪里开始</h2>
<ul>
<li>在 <a href="/docs">接口说明</a> 页点“Authorize”，用启动时给出的账号登录，即可逐个试用。</li>
<li>命令行：<code>tianwei login coordinator</code>，<code>tianwei clues list</code>，
<code>tianwei import 图斑.zip</code>。</li>
<li>各部门业务系统用 <code>client_credentials</code> 取得令牌，从 <code>/api/v1/tasks</code> 领取任务。</li>
</ul>
</main>
</body>
</html>
"""
