"""`tianwei demo`: the whole story on a fresh stack; `--seed-only`: load the county into the running one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, HomeFolder, app, fail
from gateway.cli.demo import programs
from gateway.cli.demo.certificates import NotCertified
from gateway.cli.demo.documents import Documents, NotPrinted
from gateway.cli.demo.fresh_stack import bring_up
from gateway.cli.demo.paperwork import Paperwork
from gateway.cli.demo.people import People
from gateway.cli.demo.person import Refused
from gateway.cli.demo.programs import PerlMissing
from gateway.cli.demo.story import Story
from gateway.cli.demo.systems import OutsideSystems, ProgramFailed
from gateway.cli.kit_packing import NotPacked
from gateway.cli.sample_patches import write_sample
from gateway.cli.stack.layout import Home
from shared.clock import TrainingClock

OTHER_CASES = 2
PAPERS = "公文"


@app.command("demo", help="在全新的临时环境里演示一个案件从图斑到销号的全过程")
def demo(
    home: HomeFolder = DEFAULT_HOME,
    seed_only: Annotated[bool, typer.Option("--seed-only", help="只向正在运行的系统导入示范图斑")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="演示后保留数据目录并保持运行")] = False,
    folder: Annotated[Path | None, typer.Option("--folder", help="演示用的数据目录；默认新建临时目录")] = None,
    papers: Annotated[
        Path | None, typer.Option("--papers", help="存放印发公文 PDF 的目录；默认在演示数据目录的“公文”内，演示后保留")
    ] = None,
) -> None:
    try:
        if seed_only:
            _seed(Home.at(home))
        else:
            programs.check()
            _play_on_fresh_stack(folder, keep, papers)
    except PerlMissing as error:
        fail(
            f"缺少 Perl 或者它的核心模块（{error}）：农业农村局的示范系统是 Perl 程序，演示不能没有它",
            "Debian/Ubuntu：apt-get install perl；RHEL/openEuler：dnf install perl",
        )
    except (
        *(Refused, ConnectionError, TimeoutError, ProgramFailed, NotCertified, NotPacked),
        *(NotPrinted, FileNotFoundError),
    ) as error:
        fail(f"演示没有走完：{error}", "运行 tianwei status 查看哪个进程有问题，日志在数据目录的 logs 里")


def say(text: str) -> None:
    typer.echo(f"{time.strftime('%H:%M:%S')}  {text}")
    sys.stdout.flush()


def _seed(home: Home) -> None:
    """The same file each time: repeating it makes nothing new."""
    with tempfile.TemporaryDirectory() as folder, People(home) as people:
        sample = write_sample(Path(folder))
        Story(people, typer.echo).import_patches(sample.path)


def _play_on_fresh_stack(folder: Path | None, keep: bool, papers: Path | None) -> None:
    home = Home.at(folder or Path(tempfile.mkdtemp(prefix="tianwei-demo-")))
    started = time.monotonic()
    issued = papers or home.root / PAPERS
    say(f"启动全新的环境：{home.root}")
    try:
        if keep:
            _tianwei("up", "-d", home=home)
        else:
            bring_up(home, _environment(home))
        figures = _play(home, issued)
    finally:
        if not keep:
            _tianwei("down", home=home)
    # What went wrong is to be looked into: then the folder stays.
    if folder is None and not keep:
        _leave_alone(home.root, issued)
        say("临时数据已清除，只留公文；--folder 指定目录可保留数据，--keep 让环境继续运行")
    say(f"印发的公文（PDF）在 {issued}")
    figures["seconds"] = round(time.monotonic() - started, 1)
    typer.echo(json.dumps(figures, ensure_ascii=False))


def _leave_alone(root: Path, papers: Path) -> None:
    """Nothing of a temporary folder is left but the documents."""
    for entry in root.iterdir() if root.exists() else ():
        if entry == papers:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    if not any(root.iterdir()):
        root.rmdir()


def _play(home: Home, papers: Path) -> dict[str, Any]:
    say("四个部门的示范系统正在做符合性检查（约半分钟），通过后启用")
    with People(home) as people, OutsideSystems(people, home):
        story = Story(people, say, TrainingClock(_training_clock(home)))
        sample = write_sample(home.root)
        imported = story.import_patches(sample.path)
        assert sample.special_no is not None, "the sample of 中宁县 has the sand yard"
        chosen = [story.verify(row) for row in story.choose_clues(sample.special_no, OTHER_CASES)]
        cases = [story.file_case(clue) for clue in chosen]
        documents = Documents(people, say, story.settle)
        story.papers = paperwork = Paperwork(people, documents, cases[0]["id"])
        paperwork.filed(chosen[0], story.now())
        for case in cases:
            story.investigate(case)
        detail = people.coordinator.get(f"/cases/{cases[0]['id']}")
        story.convene(detail)
        story.copy_by_hand(detail)
        paperwork.listed(story.now())
        for case, clue in zip(cases, chosen, strict=True):
            story.notify_party(case, clue)
        story.let_days_pass()
        for case, clue in zip(cases, chosen, strict=True):
            full = people.coordinator.get(f"/cases/{case['id']}")
            story.decide(full)
            story.put_right(full, clue)
            story.close(full)
        story.sign_copies(expected=2 * len(cases) + 1)
        return {**story.figures(imported), "documents_issued": documents.collect(papers)}


def _training_clock(home: Home) -> Path:
    return home.root / "training-clock"


def _tianwei(*words: str, home: Home) -> None:
    """Run one of our own commands, its output shown on standard error so that the last line stays the figures."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *words, "--home", str(home.root)],
        env=_environment(home),
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode != 0:
        raise typer.Exit(1)


def _environment(home: Home) -> dict[str, str]:
    return {
        **os.environ,
        "TIANWEI_HOME": str(home.root),
        "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
        "TIANWEI_TRAINING_CLOCK": str(_training_clock(home)),
    }
