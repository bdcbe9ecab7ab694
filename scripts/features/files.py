"""What belongs to a feature: files and folders that are named after it. And which feature needs which."""

import ast
import re
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.local.layout import ROOT

# Always there: the rest stands on these.
BASE = frozenset({"auth", "users", "system", "live", "core", "home", "settings", "backups", "doctor"})
# The same as in copier.yml, which a test compares.
PATTERNS = (
    "{feature}",
    "{feature}[._-]*",
    "test_{feature}.py",
    "test_{feature}_*.py",
    "[0-9][0-9][0-9][0-9]_{feature}.py",
    "[0-9][0-9][0-9][0-9]_{feature}_*.py",
)
# Of a link among others: what is said of it, as far as the next.
_REST_OF_ENTRY = r"[^·\n]* ·\s"
# Lines that import a package, by the endings of the files.
_IMPORTS = {
    (".py",): r"^\s*(?:from|import) (\w+)[\w.]*(?: import .*| as \w+)?$",
    (".ts", ".tsx"): r'\bfrom "((?:@[\w-]+/)?\w[\w.-]*)',
}


def belongs(path: str, feature: str) -> bool:
    """Whether a path below the root, or a folder that it lies in, is named after the feature."""
    patterns = [pattern.format(feature=feature) for pattern in PATTERNS]
    return any(fnmatchcase(part, pattern) for part in path.split("/") for pattern in patterns)


def tracked(root: Path = ROOT) -> list[str]:
    """What git tracks or would add, and what is there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted({name for name in names if name and (root / name).is_file()})


def optional_features(root: Path = ROOT) -> list[str]:
    """The folders in backend/app and frontend/src/features besides the base."""
    python = {path.parent.name for path in (root / "backend" / "app").glob("*/__init__.py")}
    dashboard = {path.name for path in (root / "frontend" / "src" / "features").glob("*") if any(path.iterdir())}
    return sorted((python | dashboard) - BASE)


def needs(feature: str, root: Path = ROOT) -> set[str]:
    """The optional features that a feature's code and tests import."""
    others = set(optional_features(root)) - {feature}
    found: set[str] = set()
    for part in ("app", "tests"):
        for path in (root / "backend" / part / feature).rglob("*.py"):
            found |= {name.split(".")[1] for name in _imports(path) if re.match(r"(app|tests)\.\w", name)}
    return found & others


def needed_by(feature: str, root: Path = ROOT) -> list[str]:
    return [other for other in optional_features(root) if feature in needs(other, root)]


def imported_only_by(feature: str, root: Path = ROOT) -> set[str]:
    """The packages, of Python and of npm, that nothing but the feature's files imports."""
    own: set[str] = set()
    others: set[str] = set(sys.stdlib_module_names)
    for name in tracked(root):
        imports = next((pattern for endings, pattern in _IMPORTS.items() if name.endswith(endings)), None)
        if imports:
            found = re.findall(imports, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
            (own if belongs(name, feature) else others).update(found)
    return own - others


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def without_settings(text: str, feature: str) -> str:
    """A file of settings without those that begin with its name, the comments above them, and its section."""
    text = re.sub(rf"(?m)(?:^# (?!---).*\n)*^{feature.upper()}_.*\n", "", text)
    return re.sub(rf"(?mi)^\n# --- {feature} -+\n", "", text)


def without_entries(text: str, feature: str) -> str:
    """A page without the rows of tables about its folders, and without the links to its own pages among others."""
    text = re.sub(rf"(?m)^\| `[\w/]*\b{feature}\b[\w/]*` \|.*\n", "", text)
    return re.sub(rf"\[docs/{feature}[\w-]*\.md\]\(\S+\){_REST_OF_ENTRY}", "", text)


def without_links(text: str, paths: Sequence[str]) -> str:
    """A page without the links to the paths among others, the paragraphs with such a link, and headings of nothing."""
    for path in paths:
        text = re.sub(rf"\[[^\]]*\]\({re.escape(path)}\){_REST_OF_ENTRY}", "", text)
    paragraphs = [each for each in text.split("\n\n") if not any(f"]({path}" in each for path in paths)]
    following = [*paragraphs[1:], ""]
    left = [each for each, after in zip(paragraphs, following, strict=True) if not each[:1] == after[:1] == "#"]
    return "\n\n".join(left)
