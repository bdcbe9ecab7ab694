from pathlib import Path

from scripts.checks.lint import check_route_tree


def test_route_tree_check_lists_added_and_removed_pages(tmp_path: Path) -> None:
    pages = tmp_path / "features" / "notes" / "routes" / "app"
    pages.mkdir(parents=True)
    (pages / "new.tsx").touch()
    (tmp_path / "routeTree.gen.ts").write_text("import { Route } from './features/notes/routes/app/old'\n")
    result = check_route_tree(tmp_path)
    assert result.failed == 1
    assert "features/notes/routes/app/new is missing" in result.output
    assert "features/notes/routes/app/old is gone" in result.output
    assert "./scripts/start writes it" in result.output


def test_route_tree_with_all_pages_passes(tmp_path: Path) -> None:
    pages = tmp_path / "features" / "notes" / "routes" / "app"
    pages.mkdir(parents=True)
    (pages / "notes.tsx").touch()
    (tmp_path / "routeTree.gen.ts").write_text("import { Route } from './features/notes/routes/app/notes'\n")
    assert check_route_tree(tmp_path).passed == 1
