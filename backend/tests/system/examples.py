"""The operations of system, for the tests that cover all features."""

PUBLIC = {"health_check", "health_live", "health_ready", "read_jwks"}
SUPERUSERS = {"test_email"}
