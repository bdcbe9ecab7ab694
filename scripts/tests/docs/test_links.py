"""Relative links of all tracked Markdown files lead to a file, and to a heading if they name one."""

from pathlib import Path

from scripts.local.repository import tracked
from scripts.template.links import broken_links
from scripts.tests.deploy.files import ROOT


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
