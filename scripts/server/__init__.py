"""Programs for a server: standard library only, no virtual environment, no other package of `scripts`."""
