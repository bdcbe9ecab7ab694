"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("token_text.py",)
