"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("__main__.py", "archive.py", "database.py", "programs.py", "schedule.py")
