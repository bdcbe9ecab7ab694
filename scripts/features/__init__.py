"""The files of a feature, its removal, and its migrations."""
