"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("codes.py", "trusted_devices.py")
