"""The doctor for the tests that look at all features."""

SUPERUSERS = {"read_doctor_report"}
