"""The mails of this feature."""

from app.auth.config import settings
from app.core.mail.messages import Mail, render
from app.core.settings import settings as core_settings


def reset_password(*, email: str, name: str | None, token: str) -> Mail:
    return render(
        "auth/emails/reset_password",
        subject=f"{core_settings.PROJECT_NAME} - Password recovery",
        email=email,
        name=name,
        link=_reset_link(token),
        minutes=settings.PASSWORD_RESET_EXPIRE_MINUTES,
    )


def welcome(*, email: str, name: str | None, token: str | None) -> Mail:
    """Render the welcome mail. With a token, it asks the user to choose a password for the account created for them."""
    return render(
        "auth/emails/welcome",
        subject=f"Welcome to {core_settings.PROJECT_NAME}",
        email=email,
        name=name,
        set_password_link=_reset_link(token) if token else None,
        minutes=settings.PASSWORD_RESET_EXPIRE_MINUTES,
    )


def email_changed(*, old_email: str) -> Mail:
    return render("auth/emails/email_changed", subject="Your email address was changed", email=old_email)


def password_changed(*, email: str) -> Mail:
    return render("auth/emails/password_changed", subject="Your password was changed", email=email)


def _reset_link(token: str) -> str:
    # The token is in the fragment, which browsers do not send: it reaches no server log and no Referer header.
    return f"{core_settings.FRONTEND_URL}/reset-password#token={token}"
