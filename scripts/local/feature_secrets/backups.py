"""The key that encrypts backups."""


def new_key() -> str:
    """Generate an age identity."""
    from pyrage.x25519 import Identity  # imported here, so that --help works without packages

    return str(Identity.generate())


SECRETS = {"BACKUP_KEY": new_key}
