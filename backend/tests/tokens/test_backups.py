"""A restore, by the program as an operator runs it, revokes the tokens that the backup contains."""

from tests.backups.conftest import place, programs  # noqa: F401 - fixtures
from tests.backups.place import Place


def test_restored_tokens_are_revoked(place: Place) -> None:  # noqa: F811 - the fixture
    place.execute(
        "INSERT INTO api_tokens (id, user_id, name, scopes, token_hash, hint, created_at, expires_at) "
        "SELECT gen_random_uuid(), id, 'Script', '{read}', '', 'x7Qa', now(), now() + interval '30 days' FROM users"
    )
    for arguments in (("create",), ("restore", "latest", "--yes")):
        started = place.start(*arguments)
        output, _ = started.communicate()
        assert started.returncode == 0, output
    assert (place.count("users"), place.count("api_tokens")) == (1, 0)
