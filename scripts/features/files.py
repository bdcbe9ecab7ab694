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
BASE = frozenset({"auth", "users", "system", "core", "home", "settings"})
# The same as in copier.yml, which a test compares.
PATTERNS = (
    "{feature}",
    "{feature}[._-]*",
    "*.{feature}.*",
    "test_{feature}.py",
    "test_{feature}_*.py",
    "[0-9][0-9][0-9][0-9]_{feature}.py",
    "[0-9][0-9][0-9][0-9]_{feature}_*.py",
    "[0-9][0-9][0-9][0-9]-{feature}.md",
    "[0-9][0-9][0-9][0-9]-{feature}-*.md",
)
# Names for what people want to call by the name of a file that is there already.
ALTERNATIVES = {"events": "happenings", "jobs": "vacancies", "statements": "balances", "models": "catalogue"}
_LINK = re.compile(r"\]\(([^)#\s]+)")
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


def taken(word: str, root: Path = ROOT) -> list[str]:
    """Files of the kernel, of other features or of the dashboard's frame that a feature of this name would own.

    A test can be named after a second feature: it needs both.
    """
    own = (f"backend/app/{word}/", f"frontend/src/features/{word}/", "backend/app/alembic/")
    places = ("backend/app/", "frontend/src/")
    names = [name for name in tracked(root) if name.startswith(places) and not name.startswith(own)]
    return [name for name in names if belongs(name, word) and ".test." not in name]


def advice(word: str, places: Sequence[str]) -> str:
    """Why a feature cannot have this name, and what to call it instead."""
    another = ALTERNATIVES.get(word, f"team{word}")
    return f"A feature cannot be called {word}: {places[0]} has that name, too. Call it {another}, for example."


def tracked(root: Path = ROOT) -> list[str]:
    """What git tracks or would add, and what is there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted({name for name in names if name and (root / name).is_file()})


def optional_features(root: Path = ROOT) -> list[str]:
    """The folders in backend/app, frontend/src/features and deploy besides the base."""
    python = {path.parent.name for path in (root / "backend" / "app").glob("*/__init__.py")}
    others = (root / "frontend" / "src" / "features", root / "deploy")
    found = {path.name for folder in others for path in folder.glob("*") if path.is_dir() and any(path.iterdir())}
    return sorted((python | found) - BASE)


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


def without_layer(text: str, feature: str) -> str:
    """The import rules without the line of the feature, and without its layer when nothing else is in it."""
    text = re.sub(rf"(?m)^ *\| \({feature}\)\n", "", text)
    return re.sub(rf'(?m)^ *"\({feature}\)",\n', "", text)


def without_settings(text: str, feature: str) -> str:
    """A file of settings without those that begin with its name or its singular, their comments, and its section."""
    word = feature.upper().removesuffix("S") + "S?"
    text = re.sub(rf"(?m)(?:^# (?!---).*\n)*^{word}_.*\n", "", text)
    return re.sub(rf"(?mi)^\n# --- {feature} -+\n", "", text)


def without_items(text: str, feature: str) -> str:
    """A YAML file without the items of lists that name it, such as its file or its image."""
    return re.sub(rf"(?m)^ *- .*\b{feature}\b.*\n", "", text)


def without_entries(text: str, feature: str) -> str:
    """A page without the rows of tables about its folders or pages, and without the links to its pages among others."""
    text = re.sub(rf"(?m)^\| `[\w/]*\b{feature}\b[\w/]*` \|.*\n", "", text)
    rows = [row for row in re.findall(r"(?m)^\|.*\n", text) if any(belongs(to, feature) for to in _LINK.findall(row))]
    for row in rows:
        text = text.replace(row, "")
    return re.sub(rf"\[docs/{feature}[\w-]*\.md\]\(\S+\){_REST_OF_ENTRY}", "", text)


def without_links(text: str, paths: Sequence[str]) -> str:
    """A page without the links to the paths among others, and without the sections that have such a link.

    Above the first section only the paragraphs with such a link are removed.
    """
    for path in paths:
        text = re.sub(rf"\[[^\]]*\]\({re.escape(path)}\){_REST_OF_ENTRY}", "", text)
    top, *sections = re.split(r"(?m)^(?=## )", text)
    kept = "\n\n".join(each for each in top.split("\n\n") if not any(f"]({path}" in each for path in paths))
    kept += "".join(each for each in sections if not any(f"]({path}" in each for path in paths))
    return kept.rstrip("\n") + "\n"
