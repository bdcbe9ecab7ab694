"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("ceremonies.py", "challenge_tokens.py")
