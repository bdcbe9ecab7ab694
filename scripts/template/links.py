"""Relative links in Markdown files."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    """Return GitHub's anchors for the headings. A repeated heading gets a number."""
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
