"""Checks of the mail server. Connects and logs in as `core/mail/smtp.py` does, but sends nothing."""

import ssl
from collections.abc import Iterator

import aiosmtplib

from app.core.settings import Settings
from app.doctor.models import Finding

SECONDS = 5


async def check_mail(settings: Settings) -> list[Finding]:
    if not settings.emails_enabled:
        return [
            Finding(
                code="mail-missing",
                state="warning",
                title="No mail server",
                detail="SMTP_HOST is not set, so no mail is sent and nobody can reset their password.",
                fix="Set SMTP_HOST, SMTP_USER and EMAILS_FROM_EMAIL, and write the password to "
                ".local/secrets/SMTP_PASSWORD.",
            )
        ]
    findings = list(_check_settings(settings))
    login = await _check_login(settings)
    if login is None:
        action = f"accepts the login of {settings.SMTP_USER}" if settings.SMTP_USER else "responds"
        detail = f"{settings.SMTP_HOST}:{settings.SMTP_PORT} {action}."
        login = Finding(code="mail", state="ok", title="Mail", detail=detail)
    return [*findings, login]


def _check_settings(settings: Settings) -> Iterator[Finding]:
    port, is_local = settings.SMTP_PORT, settings.ENVIRONMENT == "local"
    if (port == 465) != settings.SMTP_SSL and (port == 465 or port == 587):
        expected = "SMTP_SSL=true and SMTP_TLS=false" if port == 465 else "SMTP_TLS=true and SMTP_SSL=false"
        yield Finding(
            code="mail-port",
            state="warning",
            title="The port does not match the type of TLS",
            detail=f"Servers on port {port} expect {expected}.",
            fix=f"Set {expected}, or change SMTP_PORT.",
        )
    if not settings.EMAILS_FROM_EMAIL or (not is_local and settings.EMAILS_FROM_EMAIL.endswith("@example.com")):
        yield Finding(
            code="mail-sender",
            state="failed",
            title="Mails have no valid sender",
            detail=f"EMAILS_FROM_EMAIL is {settings.EMAILS_FROM_EMAIL or 'not set'}. Servers reject such mails or "
            "treat them as spam.",
            fix="Set EMAILS_FROM_EMAIL to an address that your mail server is allowed to send from.",
        )


async def _check_login(settings: Settings) -> Finding | None:
    """Return what prevents the login, or None."""
    client = aiosmtplib.SMTP(
        hostname=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        use_tls=settings.SMTP_SSL,
        start_tls=settings.SMTP_TLS,
        timeout=SECONDS,
        local_hostname=settings.smtp_client_name,
    )
    try:
        async with client:
            if settings.SMTP_USER:
                await client.login(settings.SMTP_USER, settings.SMTP_PASSWORD.get_secret_value())
    except (aiosmtplib.SMTPException, OSError) as error:
        return _explain(error, settings)
    return None


def _explain(error: Exception, settings: Settings) -> Finding:
    """Explain an error without quoting the server's response, which can contain what was sent."""
    server = f"{settings.SMTP_HOST}:{settings.SMTP_PORT}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Finding(
            code="mail-login",
            state="failed",
            title="The mail server rejects the login",
            detail=f"{server} responded with {error.code} to SMTP_USER {settings.SMTP_USER} and its password.",
            fix="Check SMTP_USER, write its password to .local/secrets/SMTP_PASSWORD, and recreate the backend. Some "
            "servers require an app password.",
        )
    if _is_about_tls(error):
        return Finding(
            code="mail-tls",
            state="failed",
            title="No encrypted connection to the mail server",
            detail=f"{server} does not support this type of TLS, or its certificate is not valid for this name "
            f"({type(error.__cause__ or error).__name__}).",
            fix="Port 587 needs SMTP_TLS=true and SMTP_SSL=false, port 465 the opposite. SMTP_HOST must be the name in "
            "the server's certificate.",
        )
    if not isinstance(error, OSError):
        return Finding(
            code="mail-refused",
            state="failed",
            title="The mail server does not accept a login",
            detail=f"{server} offers no login on this connection, or rejected the greeting ({type(error).__name__}).",
            fix="Most servers offer a login only with TLS: set SMTP_TLS or SMTP_SSL. If the server needs no login, "
            "leave SMTP_USER empty.",
        )
    return Finding(
        code="mail-unreachable",
        state="failed",
        title="The mail server cannot be reached",
        detail=f"{server} could not be reached within {SECONDS} s ({type(error.__cause__ or error).__name__}).",
        fix="Check SMTP_HOST and SMTP_PORT. Many hosting providers block port 25, and some block 465 and 587: ask "
        "yours to open it.",
    )


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "STARTTLS extension" in str(error):
            return True
        error = error.__cause__
    return False
