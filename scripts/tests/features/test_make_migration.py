"""./scripts/make-migration. scripts/tests/docs runs it on a change of a model."""

import pytest

from scripts.features import make_migration


@pytest.mark.parametrize("name", ["", "add url", "usersurl"])
def test_name_must_begin_with_a_feature(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(make_migration.VERSIONS.glob("*.py"))
    with pytest.raises(SystemExit):
        make_migration.main([name])
    error = capsys.readouterr().err
    assert "begin the name with the feature's word" in error
    assert "users" in error
    assert set(make_migration.VERSIONS.glob("*.py")) == before
