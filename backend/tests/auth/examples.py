"""The operations of sign-in, for the tests that cover all features."""

PUBLIC = {"login_access_token", "login_session", "recover_password", "reset_password"}
SUPERUSERS = {"recover_password_html_content"}
