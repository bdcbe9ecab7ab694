"""What runs on a server: Python's standard library alone, no virtual environment, in no image."""
