"""The application: middleware, error handlers, and every feature's routes."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import sentry_sdk
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.core import jobs
from app.core.database.session import connections
from app.core.features import modules
from app.core.http.head_requests import HeadRequests
from app.core.http.openapi import add_openapi, route_name
from app.core.http.problems import CatchErrors, add_problem_handlers
from app.core.http.request_context import RequestContext
from app.core.http.request_guard import RequestGuard
from app.core.http.routing import add_routes
from app.core.http.security_headers import ResponseHeaders
from app.core.http.spa import configuration, serve_dashboard
from app.core.http.swagger_ui import add_docs
from app.core.logging import configure_logging, redact_for_sentry
from app.core.runtime import health
from app.core.runtime.change_listener import change_listener
from app.core.runtime.shutdown import draining
from app.core.settings import Settings, settings
from app.users.config import settings as users_settings


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    with draining(settings.DRAIN_SECONDS):
        async with aclosing(health.database), connections(), jobs.workers(), change_listener.listening():
            yield


def create_app(settings: Settings = settings) -> FastAPI:
    configure_logging()
    if settings.SENTRY_DSN:
        _init_sentry(settings)

    app = FastAPI(
        title=settings.PROJECT_NAME,
        version="0.1.0",
        lifespan=lifespan,
        middleware=middleware(settings),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{settings.API_V1_STR}/openapi.json" if settings.docs_enabled else None,
        generate_unique_id_function=route_name,
        redirect_slashes=False,
        form_limits={"max_fields": 100, "max_files": 10, "max_part_size": 16 * 1024},
        # Nothing reads it yet, and checking for readers costs each request 10 us.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    add_problem_handlers(app)
    for _ in (*modules("config"), *modules("listeners")):
        pass  # the import registers them
    for module in modules("routes"):
        add_routes(app, module.router, settings.API_V1_STR)
        if settings.ENVIRONMENT == "local" and hasattr(module, "local_router"):
            add_routes(app, module.local_router, settings.API_V1_STR)
    add_openapi(app)
    if settings.docs_enabled:
        add_docs(app)
    if settings.FRONTEND_DIR is not None:
        script = configuration(settings.PROJECT_NAME, sign_up=users_settings.USERS_OPEN_REGISTRATION)
        serve_dashboard(app, settings.FRONTEND_DIR, script)
    return app


def _init_sentry(settings: Settings) -> None:
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


def middleware(settings: Settings) -> list[Middleware]:
    """In the order in which a request passes them. After the last one come the route, its dependencies, the handler."""
    return [
        Middleware(RequestContext),
        Middleware(ResponseHeaders, https=settings.secure_cookies),
        Middleware(RequestGuard, allowed_hosts=settings.allowed_hosts),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "X-Correlation-ID"],
            expose_headers=["Content-Disposition", "ETag", "Retry-After", "X-Correlation-ID", "X-Total-Count"],
        ),
        Middleware(CatchErrors),
        Middleware(HeadRequests),
    ]


app = create_app()
