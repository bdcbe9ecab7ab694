"""The operations of the audit log, for the tests that cover all features."""

SUPERUSERS = {"read_audit_events", "export_audit_events"}
