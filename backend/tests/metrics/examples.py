"""The operations of metrics, for the tests that cover all features."""

PUBLIC = {"read_metrics"}  # it checks a token of its own, not that of a user
