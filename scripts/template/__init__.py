"""Checks of the repository as a template. A project does not get this package."""
