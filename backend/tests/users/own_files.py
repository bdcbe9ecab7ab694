"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = ("avatars.py", "render_avatar.py", "passwords.py", "common_passwords.txt")
