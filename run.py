#!/usr/bin/env python3
"""Tideline 潮线 on this machine: start it, test it, measure it.

    python3 run.py [run] [--no-demo]    install what is missing, prepare the data, serve on 127.0.0.1:${PORT:-8000}
    python3 run.py test [--pg] [args]   linters, contracts, translations, the suite; with args only pytest
    python3 run.py test --long [--pg]   the proofs that take minutes: pages in every mode, bench, drills, kills, starts
    python3 run.py drill [name]         the long proofs (races, kills, imports, scale) at their full size
    python3 run.py bench [--pg]         performance against the floor; the last line is JSON
    python3 run.py adversary [--pg]     simulated cheats against the rules; rates per attack in docs/adversary.md
    python3 run.py fix                  what a machine can put right: lint, format, missing catalogue entries
    python3 run.py lock                 lock the requirements with hashes

PORT is another port, DATA_DIR another folder for the data than var/.
Needs Python ≥ 3.11 and nothing else: only the standard library is imported here.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from deploy.group import PYTHON, ROOT, VENV, Group, Stop, say
from tests.steps import Steps

DATA = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
HOST = "127.0.0.1"
BROWSERS = "chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome"
UNFINISHED = """还没启动完：做完的步骤保留，没做完的那一步不留，再运行一次会接着做。
It was not up yet: finished steps are kept, the one in hand is not. Run it again and it goes on from there."""


# ── The ground: interpreter, packages, data folder ────────────────────────────────────────────────────────────────────


def require_machine() -> None:
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        raise Stop(f"Python 3.11 or newer is needed, this is {found}. Try: python3.11 run.py")
    if os.name == "nt":
        raise Stop("On Windows, run this inside WSL: the background worker needs a Unix process group.")
    with contextlib.suppress(ImportError):
        import ensurepip  # noqa: F401

        return
    raise Stop("Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv")


def install(lock: str) -> None:
    """Bring .venv in step with a lock file. The development lock contains the runtime one."""
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    stamp = VENV / f".{lock}.sha256"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        say(f"建立运行环境 making {VENV.name} (some seconds) …")
        make_venv()
    started = time.monotonic()
    say(f"安装程序包 installing {lock} (a minute or more the first time) …")
    if not install_with_uv(lock):
        install_with_pip(lock)
    stamp.write_text(wanted)
    if lock == "requirements-dev.txt":
        runtime = (ROOT / "requirements.txt").read_bytes()
        (VENV / ".requirements.txt.sha256").write_text(hashlib.sha256(runtime).hexdigest())
    say(f"安装完毕 installed in {time.monotonic() - started:.0f} s.")


def make_venv() -> None:
    """Whole or not at all: one without pip would be taken for a finished one by the next start."""
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def install_with_uv(lock: str) -> bool:
    """The quick way, where uv is at hand and reaches the packages."""
    uv = find_uv()
    if not uv:
        return False
    command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "--requirement", lock]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode == 0


def install_with_pip(lock: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    # What is never imported need not be compiled; uv does not do it either.
    command.append("--no-compile")
    # Its warnings are of no use to who starts this; where it fails, all of its words are.
    done = subprocess.run([*command, "--requirement", lock], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        say(done.stdout + done.stderr)
        raise Stop(f"The packages of {lock} could not be installed; pip's own words stand above. Then run this again.")


def find_uv() -> str | None:
    own = VENV / "bin" / "uv"
    return shutil.which("uv") or (str(own) if own.exists() else None)


def make_data_folder() -> None:
    for folder in (DATA, DATA / "media", DATA / "private", DATA / "broker" / "control", DATA / "logs"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    DATA.chmod(0o700)


def stored_secrets() -> dict[str, str]:
    """Keys of this installation, generated once. Losing the file makes encrypted columns unreadable for ever."""
    path = DATA / "secrets.env"
    new = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": f"k1:{random_key()}",
        "DIGEST_KEY": random_key(),
        "CERTIFICATE_KEYS": f"c1:{random_key()}",
    }
    text = path.read_text() if path.exists() else ""
    held = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    # An installation from before a key was needed gets that key and keeps the others.
    lines = "".join(f"{name}={value}\n" for name, value in new.items() if name not in held)
    if lines:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(lines if not text or text.endswith("\n") else "\n" + lines)
    return {**{line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines.splitlines()}, **held}


def random_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def environment(settings: str, **more: str) -> dict[str, str]:
    """The surroundings of every child. What the caller has set stands."""
    own = {"DJANGO_SETTINGS_MODULE": settings, "DATA_DIR": str(DATA), "PYTHONUNBUFFERED": "1"}
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # Containers often forbid bytecode: then each of a hundred processes compiles all that it imports.
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}
    return {**own, **os.environ, **more, **bytecode, "PATH": path, "VIRTUAL_ENV": str(VENV)}


# ── run ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(arguments: Sequence[str]) -> int:
    """Serve in the foreground until Ctrl-C, SIGTERM or the end of one of the processes."""
    unknown = set(arguments) - {"--no-demo"}
    if unknown:
        raise Stop(f"run does not know {', '.join(sorted(unknown))}. Try: python3 run.py --help")
    started = time.monotonic()
    install("requirements.txt")
    make_data_folder()
    port = free_port(int(os.environ.get("PORT") or 8000))
    env = serving(port)
    with contextlib.closing(Group(env)) as group:
        prepare = [str(PYTHON), "manage.py", "prepare", *arguments]
        if group.call(prepare):
            raise Stop("The data could not be prepared; the reason stands above.")
        say("启动网站和后台任务 starting the web server and the worker (some seconds) …")
        group.start("web", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi")
        group.start("worker", *worker_command())
        group.wait_for(f"http://{HOST}:{port}/healthz")
        announce(port, time.monotonic() - started)
        return group.watch()


def serving(port: int) -> dict[str, str]:
    """The surroundings of the processes of one run. What the caller has set stands, but for the port that was free."""
    own = {"PORT": str(port), "HOST": HOST}
    env = environment("lms.settings.dev", **{**stored_secrets(), **os.environ, **own})
    # A container's only user is root; this window is for the addresses and the codes.
    env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    return env


def worker_command() -> list[str]:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    pool = ["--pool", "threads", "--concurrency", "4"]
    beat = ["--beat", "--schedule", str(DATA / "timetable")]
    return ["celery", "--quiet", "--app", "lms", "worker", *pool, *beat, *quiet]


def free_port(first: int) -> int:
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                if port != first:
                    say(f"端口 {first} 已被占用，改用 {port} Port {first} is taken, so this is port {port}.")
                return port
    raise Stop(f"No free port from {first} on. Set PORT to another one.")


def announce(port: int, seconds: float) -> None:
    base = f"http://{HOST}:{port}"
    say(f"""
  潮线 Tideline 已启动 is up ({seconds:.0f} s).

    {base}/             公众网站 public pages
    {base}/demo/        演示账号，按一下就登录 demo accounts, one press signs in: 学员 learner, 教师 trainer,
    {" " * len(base)}              机构管理员 institution, 区市经办 district, 市级管理 city（两人 two people）, 督导 inspector, 审计 auditor,
    {" " * len(base)}              评审专家 expert, 内容编辑 editor, 审核 reviewer
    {base}/my/          学员 learner
    {base}/teach/       教师 trainer
    {base}/desk/        机构与主管部门 institution and bureau
    {base}/cms/         内容编辑与审核 editor and reviewer
    {base}/api/v1/docs  接口 API

  短信验证码会显示在本窗口 Sign-in codes sent by SMS appear in this window.
  数据和密钥 Data and keys: {DATA}   停止 Stop: Ctrl-C
""")


# ── test, bench, drill ────────────────────────────────────────────────────────────────────────────────────────────────


def test(arguments: Sequence[str]) -> int:
    """Everything but the long proofs without arguments, these alone with `--long`, or those of the folder that is named
    after it; with other arguments, pytest alone. `--no-lint` leaves the linters out."""
    pg, long = "--pg" in arguments, "--long" in arguments
    chosen = [argument for argument in arguments if argument not in {"--pg", "--no-lint", "--long"}]
    env = development()
    steps = Steps()
    if chosen:
        say("Only the tests that you named: linters, contracts and catalogue are left out.")
    elif not long and "--no-lint" not in arguments:
        steps.do_side_by_side(checks(), env)
    command = pytest_command(chosen, env["CHROMIUM"], long=long)
    steps.do("tests", database(pg, env, command), env)
    if not env["CHROMIUM"]:
        steps.not_run.append("browser tests")
        warn_of_missing_browser()
    return steps.report()


def development() -> dict[str, str]:
    """The development packages and the surroundings of the suite. CHROMIUM is empty where none is found."""
    install("requirements-dev.txt")
    make_data_folder()
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS.split())), "")
    return environment("lms.settings.test", CHROMIUM=browser)


def checks() -> list[tuple[str, list[str]]]:
    python = str(PYTHON)
    return [
        ("types", ["mypy"]),
        ("lint", ["ruff", "check", "."]),
        ("format", ["ruff", "format", "--check", "."]),
        ("imports", ["lint-imports"]),
        ("templates", ["djlint", "templates", "--lint", "--quiet"]),
        ("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("translations", [python, "-m", "lms.translations", "check"]),
    ]


def pytest_command(chosen: Sequence[str], browser: str, *, long: bool) -> list[str]:
    command = [str(PYTHON), "-m", "pytest", *chosen]
    if not browser and "-m" not in chosen:
        command += ["-m", "not browser"]
    if chosen and not long:
        return command
    # One more than there are cores: where a test waits for a page or a clock, another one computes.
    processes = min(os.cpu_count() or 1, 4) + 1
    return [*command, "-n", str(processes), "--dist", "loadscope", *["--long"] * long]


def database(pg: bool, env: dict[str, str], command: list[str]) -> list[str]:
    """`--pg` without DATABASE_URL: wrap the command into a PostgreSQL from the development requirements."""
    return [str(PYTHON), "-m", "tests.postgres", *command] if pg and not env.get("DATABASE_URL") else command


def warn_of_missing_browser() -> None:
    line = "!" * 100
    say(f"\n{line}\n!! NO CHROMIUM FOUND: THE BROWSER TESTS DID NOT RUN. Looked for: {BROWSERS}")
    say(f"!! On Debian and Ubuntu: apt install chromium fonts-noto-cjk. Or set CHROMIUM to its path.\n{line}")


def measure(module: str, arguments: Sequence[str]) -> int:
    """Run a measuring module at full size, in the settings of the suite."""
    env = development()
    rest = [argument for argument in arguments if argument != "--pg"]
    command = database("--pg" in arguments, env, [str(PYTHON), "-m", module, *rest])
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


# ── fix, lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def fix(arguments: Sequence[str]) -> int:
    env, steps = development(), Steps()
    steps.do("lint", ["ruff", "check", "--fix", "."], env)
    steps.do("format", ["ruff", "format", "."], env)
    steps.do("translations", [str(PYTHON), "-m", "lms.translations", "merge", *arguments], env)
    return steps.report()


def lock(arguments: Sequence[str]) -> int:
    """Write both lock files. `--upgrade` takes newer versions where requirements.in leaves room."""
    install("requirements-dev.txt")
    uv = find_uv() or "uv"
    shape = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    silent = ["--quiet", "--no-config", "--no-emit-index-url", "--no-emit-find-links"]
    env = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "python3 run.py lock"}
    for source, target, bound in (
        ("requirements.in", "requirements.txt", []),
        ("requirements-dev.in", "requirements-dev.txt", ["--constraint", "requirements.txt"]),
    ):
        command = [uv, "pip", "compile", *shape, *silent, *bound, *arguments, source, "--output-file", target]
        if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
            raise Stop(f"{source} could not be locked; the reason stands above.")
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "bench": partial(measure, "tests.bench"),
    "drill": partial(measure, "tests.drill"),
    "adversary": partial(measure, "tests.adversary"),
    "fix": fix,
    "lock": lock,
}


def main(arguments: Sequence[str]) -> int:
    if {"-h", "--help", "help"}.intersection(arguments[:1]):
        say(__doc__ or "")
        return 0
    named = bool(arguments) and not arguments[0].startswith("-")
    verb, rest = (arguments[0], arguments[1:]) if named else ("run", arguments)
    if verb not in VERBS:
        say(f"There is no verb {verb}.\n{__doc__}")
        return 2
    try:
        require_machine()
        return VERBS[verb](list(rest))
    except Stop as reason:
        say(f"\n{reason}")
        return 1
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say(f"\n已停止 Stopped. {UNFINISHED if verb == 'run' else ''}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
