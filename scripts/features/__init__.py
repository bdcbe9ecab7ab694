"""Which files belong to a feature, how to remove it, and how to make a migration for it."""
