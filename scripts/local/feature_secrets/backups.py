"""The key that encrypts backups."""


def new_key() -> str:
    """An identity of age."""
    from pyrage.x25519 import Identity  # here, so that --help works before the packages are installed

    return str(Identity.generate())


SECRETS = {"BACKUP_KEY": new_key}
