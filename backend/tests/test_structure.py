"""Rules of the layout that import-linter cannot express. Each test lists all offenders of one rule."""

import ast
import re
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from app.core.features import feature_names
from app.core.mail.messages import templates
from scripts.features.files import advice, optional_features, taken
from tests.rules import (
    APP,
    SCRIPTS,
    TESTS,
    Function,
    assert_none,
    callers,
    files,
    functions,
    layers,
    short,
    source,
)

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_HANDLER_LINES = 8
MAX_NAME_WORDS = 8

# The files of a feature have the same names everywhere, so that one feature explains all others.
FEATURE_FILES = {
    "__init__.py",
    "models.py",
    "crud.py",
    "routes.py",
    "deps.py",
    "service.py",
    "config.py",
    "jobs.py",
    "mails.py",
    "events.py",
    "listeners.py",
    "health.py",
    "triggers.py",
    "challenges.py",
    "principals.py",
    "login_names.py",
    "story.py",
    "mcp.py",
    "admin.py",
}
VAGUE_NAMES = {"utils", "helpers", "common", "misc"}
MAILS = re.compile(r"emails/[a-z_]+\.(mjml|txt)")


def own_files(feature: str) -> set[str]:
    """The few files for things that no other feature has, which its `tests/<feature>/own_files.py` lists."""
    name = f"tests.{feature}.own_files"
    return set(import_module(name).OWN_FILES) if find_spec(name) else set()


def test_features_have_only_the_usual_files() -> None:
    unusual = []
    for feature in feature_names():
        usual = FEATURE_FILES | own_files(feature)
        for path in files("*", APP / feature):
            name = path.relative_to(APP / feature).as_posix()
            if path.is_file() and name not in usual and not MAILS.fullmatch(name):
                unusual.append(short(path))
    assert_none(unusual)


def test_features_are_one_lower_case_word() -> None:
    assert_none([name for name in feature_names() if not re.fullmatch("[a-z]+", name)])


def test_feature_names_are_no_names_of_other_files() -> None:
    """Otherwise the removal of the feature would delete those files, too."""
    found = {feature: taken(feature) for feature in {*feature_names(), *optional_features()}}
    assert_none([advice(feature, places) for feature, places in found.items() if places])


def test_features_have_tests() -> None:
    assert_none([name for name in [*feature_names(), "core"] if not list((TESTS / name).glob("test_*.py"))])


def test_files_are_short() -> None:
    lengths = {path: len(source(path).splitlines()) for path in files("*.py", APP, TESTS, SCRIPTS)}
    assert_none([f"{short(path)}: {lines} lines" for path, lines in lengths.items() if lines >= MAX_FILE_LINES])


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_functions_are_short() -> None:
    every = [(path, function) for path in files("*.py", APP, SCRIPTS) for function in functions(path)]
    assert_none([f"{short(path)}: {each.name}" for path, each in every if length(each) > MAX_FUNCTION_LINES])


def test_modules_have_telling_names() -> None:
    assert_none([short(path) for path in files("*.py", APP, SCRIPTS) if path.stem in VAGUE_NAMES])


def handlers() -> list[tuple[str, Function]]:
    paths = sorted(APP.glob("*/routes.py"))
    assert paths
    return [(f"{short(path)}: {each.name}", each) for path in paths for each in functions(path)]


def body_length(function: Function) -> int:
    """The lines of the body without the docstring."""
    body = [each for each in function.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    return (function.end_lineno or 0) - body[0].lineno + 1


def test_handlers_are_short() -> None:
    assert_none([name for name, function in handlers() if body_length(function) > MAX_HANDLER_LINES])


def test_handlers_are_async() -> None:
    assert_none([name for name, function in handlers() if not isinstance(function, ast.AsyncFunctionDef)])


def test_crud_never_ends_the_transaction() -> None:
    assert_none(callers(files("crud.py", APP), "commit", "rollback", "begin", "defer", "send"))


def test_routes_hold_no_queries() -> None:
    queries = ("select", "exec", "execute", "add", "flush", "commit", "delete_all")
    assert_none(callers(files("routes.py", APP), *queries))


def test_features_have_a_place_in_the_layers() -> None:
    missing = sorted(set(feature_names()).difference(*layers()))
    assert_none(f"{name}: add the line `| ({name})` below `system` in backend/pyproject.toml" for name in missing)


def test_mails_are_html_and_text() -> None:
    html, plain = ({path.with_suffix("") for path in APP.glob(f"*/emails/*.{kind}")} for kind in ("mjml", "txt"))
    assert html
    assert html == plain == {APP / name.replace(".", "/emails/") for name in templates()}


def long_names(paths: Iterable[Path]) -> list[str]:
    """Tests whose name has more words than allowed. An id of docs/security.md, such as `pw03`, is one word."""
    tests = [(path, each) for path in paths for each in functions(path) if each.name.startswith("test_")]
    words = {(path, each): each.name.removeprefix("test_").count("_") + 1 for path, each in tests}
    return [
        f"{short(path)}:{each.lineno}: {each.name} ({count} words)"
        for (path, each), count in words.items()
        if count > MAX_NAME_WORDS
    ]


def test_names_of_tests_are_short() -> None:
    assert_none(long_names(files("test_*.py", TESTS, SCRIPTS)))


def test_name_of_nine_words_is_found(tmp_path: Path) -> None:
    module = tmp_path / "test_module.py"
    names = ["test_pw03_name_of_no_more_than_eight_words", "test_name_of_one_word_more_than_eight_is_found"]
    module.write_text("\n".join(f"def {name}(): ..." for name in names))
    [found] = long_names([module])
    assert "test_module.py:2: test_name_of_one_word_more_than_eight_is_found (9 words)" in found
