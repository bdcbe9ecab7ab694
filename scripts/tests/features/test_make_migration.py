"""./scripts/make-migration. scripts/tests/docs runs it on a change of a model."""

import pytest

from scripts.features import make_migration


@pytest.mark.parametrize("name", ["", "add url", "usersurl"])
def test_name_that_begins_with_no_feature_is_refused_with_those_that_there_are(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(make_migration.VERSIONS.glob("*.py"))
    with pytest.raises(SystemExit):
        make_migration.main([name])
    error = capsys.readouterr().err
    assert "begin the name with the feature's word" in error
    assert "users" in error
    assert set(make_migration.VERSIONS.glob("*.py")) == before
