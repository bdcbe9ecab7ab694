"""The operations of users, for the tests that cover all features."""

PUBLIC = {
    "create_private_user",  # mounted in local development only
}
SUPERUSERS = {
    "read_users",
    "export_users",
    "read_users_stats",
    "create_user",
    "update_user",
    "delete_user",
    "delete_users",
}
