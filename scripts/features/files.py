"""The files and folders of a feature, which are named after it, and the features that it needs."""

import ast
import re
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.local.layout import ROOT
from scripts.local.repository import tracked

# Always present: all others depend on these.
BASE = frozenset({"auth", "users", "system", "core", "home", "settings"})
# A test compares these with copier.yml.
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
# Alternatives for popular names that existing files already have.
ALTERNATIVES = {"events": "happenings", "jobs": "vacancies", "statements": "balances", "models": "catalogue"}
_LINK = re.compile(r"\]\(([^)#\s]+)")
# The text after a link, up to the next link of the list.
_REST_OF_ENTRY = r"[^·\n]* ·\s"
# Lines that import a package, by file extension.
_IMPORTS = {
    (".py",): r"^\s*(?:from|import) (\w+)[\w.]*(?: import .*| as \w+)?$",
    (".ts", ".tsx"): r'\bfrom "((?:@[\w-]+/)?\w[\w.-]*)',
}


def belongs(path: str, feature: str) -> bool:
    """Whether a path relative to the root, or one of its folders, is named after the feature."""
    patterns = [pattern.format(feature=feature) for pattern in PATTERNS]
    return any(fnmatchcase(part, pattern) for part in path.split("/") for pattern in patterns)


def taken(word: str, root: Path = ROOT) -> list[str]:
    """Return files of the kernel, other features or the dashboard's frame that a feature of this name would own.

    A test can be named after a second feature: it needs both.
    """
    own = (f"backend/app/{word}/", f"frontend/src/features/{word}/", "backend/app/alembic/")
    places = (root / "backend" / "app", root / "frontend" / "src")
    paths = [
        path for place in places for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    names = sorted(path.relative_to(root).as_posix() for path in paths)
    return [name for name in names if not name.startswith(own) and belongs(name, word) and ".test." not in name]


def advice(word: str, places: Sequence[str]) -> str:
    """Say why a feature cannot have this name, and suggest another one."""
    another = ALTERNATIVES.get(word, f"team{word}")
    return f"A feature cannot be called {word}: {places[0]} already has that name. Call it {another}, for example."


def optional_features(root: Path = ROOT) -> list[str]:
    """Return the folders in backend/app, frontend/src/features and deploy that are not in the base."""
    python = {path.parent.name for path in (root / "backend" / "app").glob("*/__init__.py")}
    others = (root / "frontend" / "src" / "features", root / "deploy")
    found = {path.name for folder in others for path in folder.glob("*") if path.is_dir() and any(path.iterdir())}
    return sorted((python | found) - BASE)


def needs(feature: str, root: Path = ROOT) -> set[str]:
    """Return the optional features that a feature's code and tests import."""
    others = set(optional_features(root)) - {feature}
    found: set[str] = set()
    for part in ("app", "tests"):
        for path in (root / "backend" / part / feature).rglob("*.py"):
            imported = {name.split(".")[1] for name in _imports(path) if re.match(r"(app|tests)\.\w", name)}
            # A test that is named after another feature as well is removed with that one.
            found |= {name for name in imported if not belongs(path.name, name)}
    return found & others


def needed_by(feature: str, root: Path = ROOT) -> list[str]:
    return [other for other in optional_features(root) if feature in needs(other, root)]


def imported_only_by(feature: str, root: Path = ROOT) -> set[str]:
    """Return the Python and npm packages that only the feature's files import."""
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
    """Remove the feature's line from the import rules, and its layer if nothing else is in it."""
    text = re.sub(rf"(?m)^ *\| \({feature}\)\n", "", text)
    return re.sub(rf'(?m)^ *"\({feature}\)",\n', "", text)


def without_settings(text: str, feature: str) -> str:
    """Remove the settings that begin with the feature's name or its singular, with comments and its section."""
    word = feature.upper().removesuffix("S") + "S?"
    text = re.sub(rf"(?m)(?:^# (?!---).*\n)*^{word}_.*\n", "", text)
    return re.sub(rf"(?mi)^\n# --- {feature} -+\n", "", text)


def without_items(text: str, feature: str) -> str:
    """Remove list items that name the feature from a YAML file, such as its file or its image."""
    return re.sub(rf"(?m)^ *- .*\b{feature}\b.*\n", "", text)


def without_entries(text: str, feature: str) -> str:
    """Remove table rows about the feature's folders or pages, and links to its pages in lists."""
    text = re.sub(rf"(?m)^\| `[\w/]*\b{feature}\b[\w/]*` \|.*\n", "", text)
    rows = [row for row in re.findall(r"(?m)^\|.*\n", text) if any(belongs(to, feature) for to in _LINK.findall(row))]
    for row in rows:
        text = text.replace(row, "")
    return re.sub(rf"\[docs/{feature}[\w-]*\.md\]\(\S+\){_REST_OF_ENTRY}", "", text)


def without_links(text: str, paths: Sequence[str]) -> str:
    """Remove links to the paths from lists, and sections that contain such a link.

    Above the first section, remove only the paragraphs with such a link.
    """
    for path in paths:
        text = re.sub(rf"\[[^\]]*\]\({re.escape(path)}\){_REST_OF_ENTRY}", "", text)
    top, *sections = re.split(r"(?m)^(?=## )", text)
    kept = "\n\n".join(part for part in top.split("\n\n") if not any(f"]({path}" in part for path in paths))
    kept += "".join(section for section in sections if not any(f"]({path}" in section for path in paths))
    return kept.rstrip("\n") + "\n"
