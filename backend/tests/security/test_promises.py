"""docs/security.md and the tests name the same promises, and each kept promise has tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.features import APP_DIR

ROOT = APP_DIR.parent.parent
DOCUMENT = ROOT / "docs" / "security.md"
TEST_ROOTS = (ROOT / "backend" / "tests", ROOT / "scripts" / "tests")
IS_TEMPLATE = (ROOT / "copier.yml").exists()

GROUPS = "PW|SE|JW|RE|MF|PK|OL|AS|AZ|IN|AP|AD|AU|BI|WE|IP|OP"
IN_PROSE = re.compile(rf"\b({GROUPS})-(\d\d)(?:\.\.(\d\d))?\b|\b([RD])(\d{{1,2}})\b")
IN_NAME = re.compile(rf"(?<=_)({GROUPS.lower()}|r)(\d\d)(?=_)")
ROW = re.compile(r"^\| ((?:[A-Z]{2}-|[RD])\d+) \| (.+) \| (.*) \| (.*?) ?\|$", re.MULTILINE)

ROWS = [match.groups() for match in ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))]
PROMISES = [row for row in ROWS if not row[0].startswith("D")]
RULES = [row for row in ROWS if row[0].startswith("D")]


def ids_in_prose(text: str) -> Iterator[str]:
    """`RE-04..07` names four."""
    for group, first, last, letter, number in IN_PROSE.findall(text):
        if letter:
            yield f"{letter}{number}"
        else:
            yield from (f"{group}-{each:02}" for each in range(int(first), int(last or first) + 1))


def ids_in_name(name: str) -> Iterator[str]:
    """`test_r05_...` tests R5, `test_ip14_...` IP-14."""
    for group, number in IN_NAME.findall(name):
        yield f"R{int(number)}" if group == "r" else f"{group.upper()}-{number}"


def ids_of(path: Path) -> set[str]:
    """Return the ids in the names and docstrings of a test file."""
    found = set(ids_in_name(path.name))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(ids_in_name(f"{node.name}_"))
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(ids_in_prose(ast.get_docstring(node) or ""))
    return found


@pytest.fixture(scope="module")
def used() -> dict[str, set[str]]:
    """The ids of each test file, by its path in the document."""
    paths = [(path, root) for root in TEST_ROOTS for path in root.rglob("*.py") if "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix(): ids_of(path) for path, root in paths}


def in_backticks(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def belongs_here(file: str) -> bool:
    """Return whether the test must exist. A project may lack the feature, the template has all of them."""
    return IS_TEMPLATE or any((root / file).exists() for root in TEST_ROOTS)


def test_ids_are_read_from_names_and_prose() -> None:
    assert list(ids_in_prose("Recovery (RE-04..06, JW-03), R5 and D12, not RFC-12 nor HS256")) == [
        *("RE-04", "RE-05", "RE-06", "JW-03", "R5", "D12")
    ]
    assert list(ids_in_name("test_r20_r21_drill.py")) == ["R20", "R21"]
    assert list(ids_in_name("test_pw04_hash_is_strong")) == ["PW-04"]
    assert len(PROMISES) > 150
    assert len(RULES) == 13


def test_each_promise_has_one_row() -> None:
    ids = [row[0] for row in ROWS]
    assert sorted({each for each in ids if ids.count(each) > 1}) == []


def test_each_id_of_a_test_has_a_row(used: dict[str, set[str]]) -> None:
    known = {row[0] for row in ROWS}
    unknown = [f"{file}: {each}" for file, ids in sorted(used.items()) for each in sorted(ids - known)]
    assert not unknown, "\n".join(["Add these to docs/security.md, or correct the id:", *unknown])


def test_each_kept_promise_names_tests_that_mention_it(used: dict[str, set[str]]) -> None:
    offenders = []
    for each, _, state, tests in PROMISES:
        files = in_backticks(tests)
        if state == "kept" and not files:
            offenders.append(f"{each}: names no test")
        missing = [file for file in files if belongs_here(file) and each not in used.get(file, ())]
        offenders += [f"{each}: {file} does not exist or does not mention it" for file in missing]
    assert not offenders, "\n".join(offenders)


def test_each_state_is_one_of_the_three() -> None:
    parts = DOCUMENT.read_text(encoding="utf-8").split("Some parts are", 1)[1].split("\n## ", 1)[0]
    words = " ".join(parts.split())
    offenders = []
    for each, _, state, tests in PROMISES:
        planned = state.removeprefix("planned: ") if state.startswith("planned: ") else None
        is_known = state in ("kept", "not tested") or (planned is not None and planned in words)
        if not is_known or (state != "kept" and tests):
            offenders.append(f"{each}: {state} {tests}".strip())
    assert not offenders, "\n".join(offenders)


def test_each_rule_names_code_and_promises_that_exist() -> None:
    known = {row[0] for row in PROMISES}
    files = [
        f"{rule}: {file}" for rule, _, code, _ in RULES for file in in_backticks(code) if not (APP_DIR / file).exists()
    ]
    ids = [f"{rule}: {each}" for rule, _, _, promises in RULES for each in promises.split() if each not in known]
    assert not files + ids, "\n".join(files + ids)
