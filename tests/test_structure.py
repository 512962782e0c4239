"""The house rules of the design, kept by tests: layers, sizes, borders, portability."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "secaudit"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MIGRATIONS = PACKAGE / "store" / "migrations"
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_import_contracts_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "0 broken" in done.stdout


def test_mypy_strict_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("arguments", [["check", "."], ["format", "--check", "."]], ids=["rules", "format"])
def test_ruff_finds_nothing(arguments):
    done = subprocess.run([sys.executable, "-m", "ruff", *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-3000:]


def test_shell_scripts_pass_shellcheck():
    scripts = [PACKAGE / "probe" / "posix.sh", ROOT / ".ci" / "run", ROOT / ".ci" / "parts"]
    program = Path(sys.executable).with_name("shellcheck.exe" if sys.platform == "win32" else "shellcheck")
    done = subprocess.run([program, *scripts], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_files_and_functions_fit_on_screens(path):
    tree = _tree(path)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_no_hidden_imports(path):
    """No import inside a function and none behind TYPE_CHECKING: a cycle is a design error, not a typing trick."""
    hidden = []
    for function in ast.walk(_tree(path)):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            hidden += [node.lineno for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert hidden == []
    assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8")


def test_no_drawer_for_everything():
    assert [p for p in SOURCES if p.stem in ("utils", "util", "helpers", "common", "misc")] == []


def _called(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            names.add(ast.unparse(node.func))
    return names


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_only_cli_prints_reads_the_environment_and_exits(path):
    where = path.relative_to(PACKAGE).parts[0]
    if where in ("cli", "__main__.py"):
        return
    text = path.read_text(encoding="utf-8")
    called = _called(path)
    assert "print" not in called
    assert "sys.exit" not in called and "exit" not in called
    if path.parent.name not in ("lab", "migrations"):  # the lab hands its environment on to the process it starts
        assert "os.environ" not in text and "os.getenv" not in text and "expandvars" not in text


POSIX_ONLY = {
    "os.fork", "os.geteuid", "os.getuid", "os.getgid", "os.setsid", "os.killpg", "os.getpgid", "os.fchmod", "os.chown",
    "os.mkfifo", "os.sched_getaffinity", "signal.alarm", "signal.setitimer", "signal.pthread_sigmask", "os.statvfs",
}  # fmt: skip
POSIX_MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "pty", "tty", "crypt", "spwd", "syslog"}


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_runs_on_windows_too(path):
    """POSIX-only calls stand only where a check of the platform or of the attribute guards them; texts name their encoding."""
    tree = _tree(path)
    text = path.read_text(encoding="utf-8")
    guarded = any(word in text for word in ('os.name == "nt"', 'os.name != "nt"', "sys.platform", "hasattr(os", "getattr(os"))
    used = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)} & POSIX_ONLY
    assert not used or guarded, f"{used} without a guard"
    for node in tree.body:
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        assert not POSIX_MODULES.intersection(names), "import it inside try/except ImportError or under a platform check"
    missing = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and not any(keyword.arg == "encoding" for keyword in node.keywords)
    ]
    assert missing == []


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_everything_public_says_what_it_is(path):
    tree = _tree(path)
    assert ast.get_docstring(tree)
    nameless = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    inner = {
        n.name for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f) if n is not f and hasattr(n, "name")
    }
    assert [name for name in nameless if name not in inner] == []


def test_nothing_of_a_workplace_is_committed():
    """No package index host and no absolute path of a machine in any tracked file."""
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org", "/ro" + "ot/", "/wo" + "rk/"]
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode().split("\0")
    if tracked == [""]:
        pytest.skip("not a git checkout (an unpacked source archive)")
    found = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".mo"):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {host}" for host in hosts if host in text and name != "requirements.txt"]
    assert found == []


def test_requirements_pin_every_dependency_with_a_hash():
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = {m.group(1).lower().replace("_", "-") for m in re.finditer(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}
    names = {re.split(r"[<>=!~ \[;]", item, maxsplit=1)[0].lower().replace("_", "-") for item in wanted}
    assert names <= pinned
    assert "://" not in text
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block[:80]
