"""Features are found by their folders."""

from pathlib import Path

import pytest

import app
from app.core import features


def make_feature(folder: Path, feature: str, **files: str) -> None:
    (folder / feature).mkdir()
    for name, source in {"__init__": "", **files}.items():
        (folder / feature / f"{name}.py").write_text(source)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the folder of features. Its packages can be imported as `app.<feature>`."""
    monkeypatch.setattr(features, "APP_DIR", tmp_path)
    monkeypatch.setattr(app, "__path__", [*app.__path__, str(tmp_path)])
    return tmp_path


def test_features_of_this_repository_are_found() -> None:
    assert {"auth", "users", "system"} <= set(features.feature_names())
    assert "core" not in features.feature_names()


def test_modules_are_sorted_by_feature(folder: Path) -> None:
    make_feature(folder, "pears", routes="NAME = 'pears'")
    make_feature(folder, "apples", routes="NAME = 'apples'")
    assert [module.NAME for module in features.modules("routes")] == ["apples", "pears"]


def test_feature_without_the_module_is_skipped(folder: Path) -> None:
    make_feature(folder, "plums", models="NAME = 'plums'")
    assert list(features.modules("routes")) == []


def test_folder_without_init_is_ignored(folder: Path) -> None:
    (folder / "notes").mkdir()
    assert features.feature_names() == []


@pytest.mark.parametrize(
    ("source", "error"),
    [("import missing_module_31415", ModuleNotFoundError), ("1 / 0", ZeroDivisionError), ("def", SyntaxError)],
)
def test_broken_module_raises(folder: Path, source: str, error: type[Exception]) -> None:
    make_feature(folder, f"broken_{error.__name__.lower()}", routes=source)
    with pytest.raises(error):
        list(features.modules("routes"))
