"""Relative links of all tracked Markdown files lead to a file, and to a heading if they name one."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scripts.features.files import tracked
from scripts.tests.deploy.files import ROOT

LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives to the headings. A repeated heading gets a number."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^( *)```.*?^\1```$", "", page, flags=re.M | re.S), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip().lower())
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def broken_links(root: Path, pages: list[str]) -> Iterator[str]:
    for name in pages:
        for target, anchor in LINK.findall(CODE.sub("", text_of(root / name))):
            path = (root / name).parent / target if target else root / name
            if not path.exists():
                yield f"{name}: {target}"
            elif anchor and path.suffix == ".md" and anchor not in anchors(text_of(path)):
                yield f"{name}: {target}#{anchor}"


def test_every_relative_link_leads_somewhere() -> None:
    pages = [name for name in tracked(ROOT) if name.endswith(".md")]
    assert len(pages) > 10
    assert list(broken_links(ROOT, pages)) == []


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text("# One, two\n\n## Again\n\n## Again\n\n```sh\n# no heading\n```\n")
    good = "[a](docs/other.md#one-two) [b](docs) [c](#here) [d](docs/other.md#again-1) [e](https://example.com/x#y)"
    bad = "[f](gone.md) [g](docs/other.md#three) [h](docs/other.md#no-heading) [i](#there) `[j](code.md)`"
    (tmp_path / "page.md").write_text(f"# Here\n\n{good}\n\n{bad}\n")
    assert list(broken_links(tmp_path, ["page.md"])) == [
        "page.md: gone.md",
        "page.md: docs/other.md#three",
        "page.md: docs/other.md#no-heading",
        "page.md: #there",
    ]
