"""Operation for the tests that look at all features."""

PUBLIC = {"health_check", "health_live", "health_ready"}
SUPERUSERS = {"test_email"}
