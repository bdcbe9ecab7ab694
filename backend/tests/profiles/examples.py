"""The operations of profiles, for the tests that cover all features."""

CHANGES = {"update_profile_of_user": {"first_name": "Changed"}}
SUPERUSERS = {"read_profile_of_user", "update_profile_of_user"}
