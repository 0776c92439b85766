"""The command that starts everything: what it makes, and that nothing outlives it."""

import ast
import base64
import contextlib
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.utils import translation

import run
from courses.models import Post
from tests.architecture.trees import ROOT

# A child that leaves a process of its own behind, as a killed worker leaves its timetable.
PARENT = "import subprocess, sys, time; subprocess.Popen(['sleep', '300']); print('up'); time.sleep(300)"


@pytest.fixture
def group() -> Iterator[run.Group]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    made = run.Group(dict(os.environ))
    try:
        yield made
    finally:
        made.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def living(group_id: int) -> list[int]:
    alive = []
    for process in psutil.process_iter(["pid", "status"]):
        try:
            if os.getpgid(process.pid) == group_id and process.info["status"] != psutil.STATUS_ZOMBIE:
                alive.append(process.pid)
        except ProcessLookupError:
            continue
    return alive


def wait_until(count: int, group_id: int) -> int:
    deadline = time.monotonic() + 10
    while len(living(group_id)) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(living(group_id))


# What is read before anything is installed, by whatever Python there is.
BARE = ("run.py", "deploy/group.py", "tests/steps.py", "tests/__init__.py")


@pytest.mark.parametrize("name", BARE)
def test_an_old_python_can_read_the_file_far_enough_to_say_what_it_needs(name: str) -> None:
    ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("name", BARE)
def test_only_the_standard_library_is_imported(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {path.removesuffix(".py").replace("/", ".") for path in BARE}
    assert {name.partition(".")[0] for name in names - ours} - sys.stdlib_module_names == set()


def test_keys_are_made_once_and_belong_to_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "DATA", tmp_path / "var")
    run.make_data_folder()
    first = run.stored_secrets()
    assert run.stored_secrets() == first
    assert set(first) == {"SECRET_KEY", "FIELD_KEYS", "DIGEST_KEY", "CERTIFICATE_KEYS"}
    name, _, key = first["FIELD_KEYS"].partition(":")
    assert (name, len(base64.urlsafe_b64decode(key))) == ("k1", 32)
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "var" / "secrets.env").stat().st_mode) == 0o600


def test_an_installation_from_before_a_key_was_needed_gets_it_and_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DATA", tmp_path)
    (tmp_path / "secrets.env").write_text("SECRET_KEY=s\nFIELD_KEYS=k1:old\nDIGEST_KEY=d")
    first = run.stored_secrets()
    assert (first["SECRET_KEY"], first["FIELD_KEYS"], first["DIGEST_KEY"]) == ("s", "k1:old", "d")
    assert first["CERTIFICATE_KEYS"].startswith("c1:")
    assert run.stored_secrets() == first


def test_a_taken_port_is_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((run.HOST, 0))
        taken.listen()
        number = taken.getsockname()[1]
        port = run.free_port(number)
    assert number < port < number + 100
    assert f"Port {number} is taken" in capsys.readouterr().out


def test_the_processes_get_the_port_that_was_free_whatever_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DATA", tmp_path)
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setenv("SECRET_KEY", "the caller's own")
    surroundings = run.serving(8003)
    assert (surroundings["PORT"], surroundings["HOST"]) == ("8003", run.HOST)
    assert surroundings["SECRET_KEY"] == "the caller's own"
    assert surroundings["FIELD_KEYS"].startswith("k1:")


def test_the_addresses_name_the_roles_that_the_demo_doors_stand_for(capsys: pytest.CaptureFixture[str]) -> None:
    with translation.override("zh-hans"):
        roles = ["学员", *map(str, Post.Role.labels)]
    run.announce(8003, 1.0)
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8003/demo/" in said
    assert [role for role in roles if role not in said] == []


def test_stopping_ends_the_children_and_what_they_started(group: run.Group) -> None:
    group.start("web", "python", "-c", PARENT)
    group.start("worker", "python", "-c", PARENT)
    assert wait_until(4, group.leader) == 4
    group.close()
    assert wait_until(0, group.leader) == 0


def test_when_one_process_is_killed_the_rest_and_its_orphans_end_too(group: run.Group) -> None:
    group.start("web", "python", "-c", PARENT)
    group.start("worker", "python", "-c", PARENT)
    assert wait_until(4, group.leader) == 4
    group.children["worker"].kill()
    assert group.watch() == 1
    group.close()
    assert wait_until(0, group.leader) == 0


def test_a_worker_that_dies_after_a_while_is_started_again_and_the_web_stays(
    group: run.Group, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.group.LIVED_SECONDS", 0)
    group.start("web", "python", "-c", PARENT)
    group.start("worker", "python", "-c", PARENT)
    web, first = group.children["web"], group.children["worker"]
    first.kill()
    first.wait()
    assert group.revive("worker")
    assert group.children["worker"].pid != first.pid
    assert (group.children["web"], web.poll(), group.ended()) == (web, None, "")
    assert "starting it again" in capsys.readouterr().out


def test_a_worker_that_cannot_start_is_no_reason_to_try_for_ever(group: run.Group) -> None:
    group.start("worker", "python", "-c", "raise SystemExit(3)")
    group.children["worker"].wait()
    assert not group.revive("worker")


def test_a_process_that_ends_while_starting_is_named(group: run.Group) -> None:
    group.start("web", "python", "-c", "raise SystemExit(3)")
    with pytest.raises(run.Stop, match="The web process ended while starting"):
        group.wait_for(f"http://{run.HOST}:9/healthz")


def interrupted(_arguments: object) -> int:
    raise KeyboardInterrupt


def test_a_first_start_that_is_stopped_says_what_is_kept_and_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setitem(run.VERBS, "run", interrupted)
    monkeypatch.setitem(run.VERBS, "test", interrupted)
    try:
        assert (run.main([]), capsys.readouterr().out.count("再运行一次会接着做")) == (1, 1)
        assert (run.main(["test"]), capsys.readouterr().out.strip()) == (1, "已停止 Stopped.")
    finally:
        signal.signal(signal.SIGINT, before)


def test_stopping_what_serves_is_its_ordinary_end(group: run.Group, capsys: pytest.CaptureFixture[str]) -> None:
    group.start("web", "python", "-c", PARENT)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    before = signal.signal(signal.SIGALRM, group.on_signal)
    try:
        assert group.watch() == 0
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "Traceback" not in capsys.readouterr().out


def test_an_environment_whose_making_was_stopped_is_made_anew_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(folder: Path, **_options: object) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "VENV", tmp_path / "venv")
    monkeypatch.setattr(run.venv, "create", half)
    with pytest.raises(KeyboardInterrupt):
        run.make_venv()
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(("code", "heard"), [(0, False), (3, True)])
def test_the_installer_is_heard_only_where_it_fails(
    code: int, heard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pip = tmp_path / "python"
    pip.write_text(f"#!/bin/sh\necho a warning >&2\nexit {code}\n")
    pip.chmod(0o700)
    monkeypatch.setattr(run, "PYTHON", pip)
    with pytest.raises(run.Stop) if code else contextlib.nullcontext():
        run.install_with_pip("requirements.txt")
    assert ("a warning" in "".join(capfd.readouterr())) is heard


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["help"], 0), (["dance"], 2), (["run", "--fast"], 1)]
)
def test_a_wrong_call_is_answered_and_not_guessed(arguments: list[str], code: int) -> None:
    assert run.main(arguments) == code


def test_checks_go_side_by_side_each_with_its_own_words_and_one_that_fails_fails_the_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    says = "import sys; print('seen', sys.argv[1]); sys.exit(int(sys.argv[2]))"
    steps = run.Steps()
    asked = [(name, [sys.executable, "-c", says, name, code]) for name, code in (("types", "0"), ("lint", "1"))]
    steps.do_side_by_side(asked, dict(os.environ))
    assert steps.report() == 1
    told = capsys.readouterr().out
    assert "── types\nseen types\n" in told
    assert "── lint\nseen lint\n" in told
    assert [(name, good) for name, good, _seconds in steps.done] == [("types", True), ("lint", False)]
