"""Local secrets of optional features: modules with `SECRETS`, a dict of names and functions that generate values."""
