"""Error reports to Sentry, from the API and the worker. The release is in SENTRY_RELEASE, which the image sets."""

from app.core.logging import redact_for_sentry
from app.core.settings import Settings


def start_reports(settings: Settings) -> None:
    """Report errors if SENTRY_DSN is set. Without it, the library is not even loaded."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.ENVIRONMENT,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=redact_for_sentry,
        before_send_transaction=redact_for_sentry,
        before_breadcrumb=redact_for_sentry,
    )
