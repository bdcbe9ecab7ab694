"""The application: middleware, error handlers, and every feature's routes."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.auth.challenges import refuse_impossible_requirement
from app.core.database.session import connections
from app.core.features import modules
from app.core.http.edge import Edge
from app.core.http.openapi import add_openapi, route_name
from app.core.http.problems import add_problem_handlers
from app.core.http.routing import add_routes
from app.core.http.spa import configuration, serve_dashboard
from app.core.http.swagger_ui import add_docs
from app.core.limits.rates import rates
from app.core.limits.stores import redis_connected
from app.core.logging import configure_logging
from app.core.runtime import health
from app.core.runtime.change_listener import change_listener
from app.core.runtime.sentry import start_reports
from app.core.runtime.shutdown import draining
from app.core.runtime.telemetry import telemetry
from app.core.security.signed_tokens import key_ring
from app.core.settings import Settings, settings
from app.users.config import settings as users_settings


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    with draining(settings.DRAIN_SECONDS):
        async with (
            aclosing(health.database),
            connections(replica_url=settings.database_replica_url),
            key_ring.kept_fresh(),
            change_listener.listening(),
            redis_connected(),
            rates.syncing(),
        ):
            yield


def create_app(settings: Settings = settings) -> FastAPI:
    configure_logging()
    start_reports(settings)
    app = FastAPI(
        title=settings.PROJECT_NAME,
        version="0.1.0",
        lifespan=lifespan,
        middleware=[Middleware(Edge, settings=settings)],
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{settings.API_V1_STR}/openapi.json" if settings.docs_enabled else None,
        generate_unique_id_function=route_name,
        redirect_slashes=False,
        form_limits={"max_fields": 100, "max_files": 10, "max_part_size": 16 * 1024},
        telemetry=telemetry(settings),
    )
    add_problem_handlers(app)
    for name in ("config", "listeners", "challenges", "principals", "login_names"):
        list(modules(name))  # the import registers them
    refuse_impossible_requirement()
    for module in modules("routes"):
        add_routes(app, module.router, settings.API_V1_STR)
        if hasattr(module, "root_router"):
            add_routes(app, module.root_router, "")
        if settings.ENVIRONMENT == "local" and hasattr(module, "local_router"):
            add_routes(app, module.local_router, settings.API_V1_STR)
    add_openapi(app)
    if settings.docs_enabled:
        add_docs(app)
    if settings.FRONTEND_DIR is not None:
        script = configuration(settings.PROJECT_NAME, sign_up=users_settings.USERS_OPEN_REGISTRATION)
        serve_dashboard(app, settings.FRONTEND_DIR, script)
    return app


app = create_app()
