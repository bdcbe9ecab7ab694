"""How the features' routes become those of the application."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.datastructures import Default
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

logger = structlog.get_logger(__name__)

_OPTIONS = inspect.signature(APIRoute.__init__).parameters.keys() - {"self", "path", "endpoint", "form_limits"}
_ONLY_OPERATIONS = (
    "{} in a feature's router is not an HTTP operation. Host check, timeout, error responses and the OpenAPI document "
    "cover HTTP operations only. Add it to the application itself, in create_app."
)


def add_routes(app: FastAPI, router: APIRouter, prefix: str) -> None:
    """Does what `app.include_router(router, prefix=prefix)` does, with every option of router and routes.

    `include_router` resolves the nesting of routers again on each request. Here it is resolved once: the application
    gets a flat list of routes.
    """
    app.include_router(router, prefix=prefix)
    included = app.router.routes.pop()
    if getattr(router, "_low_priority_routes", None):
        raise TypeError(_ONLY_OPERATIONS.format("frontend()"))
    for context, limits in zip(iter_route_contexts([included]), _form_limits([included], {}), strict=True):
        route = context.original_route
        if not isinstance(route, APIRoute):
            raise TypeError(_ONLY_OPERATIONS.format(f"{type(route).__name__} {context.path}"))
        options: dict[str, Any] = {name: getattr(context, name) for name in _OPTIONS}
        if context.stream_item_type is not None:
            options["response_model"] = Default(None)  # FastAPI derives the type of the items from the signature
        if limits:
            options["form_limits"] = limits
        # A route class that the feature has chosen stays.
        route_class = Route if type(route) is APIRoute else type(route)
        app.router.routes.append(route_class(str(context.path), endpoint=route.endpoint, **options))


def _form_limits(routes: Iterable[Any], outer: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The limits of each route in their order. FastAPI applies those of routers on the way to the route only."""
    for route in routes:
        if (nested := getattr(route, "original_router", None)) is not None:
            yield from _form_limits(nested.routes, {**outer, **route.include_context.form_limits})
        else:
            yield {**outer, **getattr(route, "form_limits", {})}


class Route(APIRoute):
    """A route that is found, and whose operation is called, with less work than FastAPI's own."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.path = self.path_format  # as in the OpenAPI document: without `:path`
        self._start = path.partition("{")[0]
        fast_path = _fast_path()
        fast_app = fast_path(self, options) if fast_path else None
        self.is_fast = fast_app is not None
        self.app = fast_app or self.app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Routes are tried one after the other. Most paths differ before the first parameter."""
        if not scope["path"].startswith(self._start) and not scope.get("root_path"):
            return Match.NONE, {}
        return super().matches(scope)


@cache
def _fast_path() -> Callable[[APIRoute, Mapping[str, Any]], ASGIApp | None] | None:
    """`None` with a FastAPI whose internals have moved. Every operation then takes FastAPI's path."""
    try:
        from app.core.http.fast_path import FastPath
    except ImportError as error:
        logger.warning("fast_path_unavailable", reason=str(error))
        return None
    return FastPath.of
