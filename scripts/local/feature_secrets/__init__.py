"""Local secrets of optional features: modules with `SECRETS`, functions that make a value, by name."""
