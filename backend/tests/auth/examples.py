"""Sign-in for the tests that look at all features."""

PUBLIC = {"login_access_token", "login_session", "recover_password", "reset_password"}
SUPERUSERS = {"recover_password_html_content"}
