"""The operations of system, for the tests that cover all features."""

PUBLIC = {"health_check", "health_live", "health_ready"}
SUPERUSERS = {"test_email"}
