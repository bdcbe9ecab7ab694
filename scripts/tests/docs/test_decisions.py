"""Decision records: a common heading, numbers without gaps, half a page, and an entry in the list."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "decisions"
IS_TEMPLATE = (ROOT / "copier.yml").exists()
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
MAX_WORDS = 270


def test_records_have_a_common_form() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    offenders = []
    for path in RECORDS:
        heading, *body = path.read_text(encoding="utf-8").split("\n", 1)
        if not re.fullmatch(rf"# {path.name[:4]} [A-Z].*[^.]", heading):
            offenders.append(f"{path.name}: the heading is not '# {path.name[:4]} Title'")
        if len([word for word in "".join(body).split() if any(map(str.isalnum, word))]) > MAX_WORDS:
            offenders.append(f"{path.name}: longer than {MAX_WORDS} words")
        if listed.count(f"]({path.name})") != 1:
            offenders.append(f"{path.name}: not one line in README.md")
    assert not offenders, "\n".join(offenders)


def test_numbers_have_no_gap() -> None:
    """A project lacks some records: those about the template are not copied."""
    numbers = [int(path.name[:4]) for path in RECORDS]
    expected = list(range(1, len(numbers) + 1)) if IS_TEMPLATE else sorted(set(numbers))
    assert numbers == expected
