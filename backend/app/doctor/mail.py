"""Whether mails can be sent: connects and logs in as `core/mail/messages.py` does, and sends nothing."""

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
                detail="SMTP_HOST is not set: no mail is sent, and nobody can reset a password.",
                fix="Set SMTP_HOST, SMTP_USER and EMAILS_FROM_EMAIL, and put the password into "
                ".local/secrets/SMTP_PASSWORD.",
            )
        ]
    found = list(_arithmetic(settings))
    failure = await _log_in(settings)
    if failure is None:
        login = f", logged in as {settings.SMTP_USER}" if settings.SMTP_USER else ""
        detail = f"{settings.SMTP_HOST}:{settings.SMTP_PORT} answers{login}."
        failure = Finding(code="mail", state="ok", title="Mail", detail=detail)
    return [*found, failure]


def _arithmetic(settings: Settings) -> Iterator[Finding]:
    port, is_local = settings.SMTP_PORT, settings.ENVIRONMENT == "local"
    if (port == 465) != settings.SMTP_SSL and (port == 465 or port == 587):
        wanted = "SMTP_SSL=true and SMTP_TLS=false" if port == 465 else "SMTP_TLS=true and SMTP_SSL=false"
        yield Finding(
            code="mail-port",
            state="warning",
            title="The port and the kind of TLS do not fit",
            detail=f"Servers on port {port} expect {wanted}.",
            fix=f"Set {wanted}, or another SMTP_PORT.",
        )
    if not settings.EMAILS_FROM_EMAIL or (not is_local and settings.EMAILS_FROM_EMAIL.endswith("@example.com")):
        yield Finding(
            code="mail-sender",
            state="failed",
            title="Mails have no real sender",
            detail=f"EMAILS_FROM_EMAIL is {settings.EMAILS_FROM_EMAIL or 'not set'}: servers refuse such mails or "
            "treat them as spam.",
            fix="Set EMAILS_FROM_EMAIL to an address that your mail server may send as.",
        )


async def _log_in(settings: Settings) -> Finding | None:
    client = aiosmtplib.SMTP(
        hostname=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        use_tls=settings.SMTP_SSL,
        start_tls=settings.SMTP_TLS,
        timeout=SECONDS,
        local_hostname="localhost",
    )
    try:
        async with client:
            if settings.SMTP_USER:
                await client.login(settings.SMTP_USER, settings.SMTP_PASSWORD.get_secret_value())
    except (aiosmtplib.SMTPException, OSError) as error:
        return _explain(error, settings)
    return None


def _explain(error: Exception, settings: Settings) -> Finding:
    """What servers answer is not repeated: it can hold what was sent."""
    server = f"{settings.SMTP_HOST}:{settings.SMTP_PORT}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Finding(
            code="mail-login",
            state="failed",
            title="The mail server refuses the login",
            detail=f"{server} answered {error.code} to SMTP_USER {settings.SMTP_USER} and its password.",
            fix="Compare SMTP_USER with the mail server, write its password into .local/secrets/SMTP_PASSWORD, and "
            "recreate the backend. Some servers want a password made for applications.",
        )
    if _is_about_tls(error):
        return Finding(
            code="mail-tls",
            state="failed",
            title="No encrypted connection to the mail server",
            detail=f"{server}: TLS did not come about, or the certificate is not one for this name "
            f"({type(error.__cause__ or error).__name__}).",
            fix="Port 587 wants SMTP_TLS=true and SMTP_SSL=false, port 465 the other way round; SMTP_HOST has to be "
            "the name in the server's certificate.",
        )
    if not isinstance(error, OSError):
        return Finding(
            code="mail-refused",
            state="failed",
            title="The mail server does not take the login",
            detail=f"{server} offers no login on this connection, or refused the greeting ({type(error).__name__}).",
            fix="Most servers offer a login after TLS only: set SMTP_TLS or SMTP_SSL. Leave SMTP_USER empty where "
            "there is no login.",
        )
    return Finding(
        code="mail-unreachable",
        state="failed",
        title="The mail server does not answer",
        detail=f"{server} could not be reached within {SECONDS} s ({type(error.__cause__ or error).__name__}).",
        fix="Compare SMTP_HOST and SMTP_PORT with the mail server. Many hosters close port 25 and some 465 and 587: "
        "ask them to open it.",
    )


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "STARTTLS extension" in str(error):
            return True
        error = error.__cause__
    return False
