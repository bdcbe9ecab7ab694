"""Operation for the tests that look at all features."""

PUBLIC = {"health_check"}
SUPERUSERS = {"test_email"}
