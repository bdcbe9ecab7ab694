"""The operations of profiles, for the tests that cover all features."""

SUPERUSERS = {"read_profile_of_user", "update_profile_of_user"}
