"""What the shell files of this folder run. No image contains any of it."""
