"""Files of the feature besides the usual ones, for `tests/test_structure.py`."""

OWN_FILES = (
    "cookies.py",
    "devices.py",
    "email_change_models.py",
    "email_changes.py",
    "email_routes.py",
    "event_models.py",
    "event_routes.py",
    "known_devices.py",
    "new_sessions.py",
    "not_me.py",
    "pending_emails.py",
    "recent_writes.py",
    "refresh_secrets.py",
    "refresh_tokens.py",
    "security_events.py",
    "session_list.py",
    "session_routes.py",
    "sign_in.py",
    "sign_ups.py",
    "verification.py",
)
