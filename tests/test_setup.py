"""What `make demo` does before anything runs: find a Python that works, and do each step once."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of bin/setup with an installer that only says which Python it got, and a folder of programs found first."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "first").mkdir()
    shutil.copy(ROOT / "bin" / "setup", tmp_path / "bin" / "setup")
    (tmp_path / "bin" / "install.py").write_text("import sys; print(sys.prefix, sys.argv[1])")
    return tmp_path


def _setup(clone: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{clone / 'first'}:/usr/bin:/bin", "HOME": str(clone)} | more
    return subprocess.run([str(clone / "bin" / "setup"), "run"], env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_shim_that_leads_nowhere_is_passed_over(clone: Path) -> None:
    _script(clone / "first" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    _script(clone / "first" / "python3.12", f'exec "{sys._base_executable}" "$@"')  # type: ignore[attr-defined]
    done = _setup(clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"{clone / '.venv'} run"


@pytest.mark.slow
def test_a_python_without_ensurepip_is_passed_over(clone: Path) -> None:
    """Debian keeps venv in a package of its own."""
    broken, whole = clone / "first" / "broken", clone / "first" / "python3.13"
    _script(broken, f'case "$2" in *ensurepip*) exit 1;; esac\nexec "{sys._base_executable}" "$@"')  # type: ignore[attr-defined]
    _script(whole, f'touch {clone}/used; exec "{sys._base_executable}" "$@"')  # type: ignore[attr-defined]
    assert _setup(clone, PYTHON=str(broken)).returncode == 0
    assert (clone / "used").exists()


def test_what_is_there_is_used_again(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    _script(clone / ".venv" / "bin" / "python", f'exec "{sys.executable}" "$@"')
    assert "Making .venv" not in _setup(clone).stdout


# ---------------------------------------------------------------- steps


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import install  # type: ignore[import-not-found]

    monkeypatch.setattr(install, "ROOT", tmp_path)
    return install


def test_a_step_is_done_once_for_the_same_inputs(install: ModuleType, tmp_path: Path) -> None:
    done: list[str] = []
    for inputs in ("one", "one", "two", "two"):
        install.step("Working", tmp_path / "stamp", inputs, lambda: done.append("worked"))
    assert len(done) == 2


def test_a_step_that_fails_is_done_again(install: ModuleType, tmp_path: Path) -> None:
    def fail() -> None:
        raise install.StepError("no network")

    install.step("Working", tmp_path / "stamp", "one", lambda: None)
    with pytest.raises(install.StepError):
        install.step("Working", tmp_path / "stamp", "two", fail)
    assert not install.is_done(tmp_path / "stamp", "one")


def test_a_digest_knows_names_and_contents(install: ModuleType, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    other.write_text("a")
    digests = {install.digest([one]), install.digest([other]), install.digest([one, other])}
    other.write_text("b")
    digests.add(install.digest([one, other]))
    assert len(digests) == 4


def test_a_command_that_fails_shows_what_it_said(install: ModuleType) -> None:
    with pytest.raises(install.StepError, match=r"(?s)the reason.*This failed: sh -c"):
        install.run(["sh", "-c", "echo the reason; exit 1"])


def test_a_foreign_message_catalogue_is_compiled(install: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "django.po"
    file.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "plass"\nmsgstr "place"\n')
    install.compile_each([file])
    assert b"place" in file.with_suffix(".mo").read_bytes()
