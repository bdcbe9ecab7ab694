"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("__main__.py", "database.py", "files.py", "keys.py", "limits.py", "mail.py", "settings.py", "unusable.py")
