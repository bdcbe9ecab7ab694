"""The operations of the doctor, for the tests that cover all features."""

SUPERUSERS = {"read_doctor_report"}
