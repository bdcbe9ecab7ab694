"""Checks of the repository as a template. Projects do not get this package."""
