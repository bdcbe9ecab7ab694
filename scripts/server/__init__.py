"""What runs on a server: standard library only, no virtual environment. It imports no other package of `scripts`."""
