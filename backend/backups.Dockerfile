# The backend with PostgreSQL's client programs. The stages `uv` and `build` are those of Dockerfile.
FROM ghcr.io/astral-sh/uv:0.13.8 AS uv

FROM python:3.14-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/app/.venv
WORKDIR /app
RUN --mount=from=uv,source=/uv,target=/bin/uv \
    --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    uv sync --locked --no-default-groups \
    && uv export --quiet --preview-features sbom-export --format cyclonedx1.5 --locked --no-default-groups \
        --no-emit-project --output-file /sbom.cdx.json
COPY alembic.ini ./
COPY app ./app
# The user of the image can read the code, whatever the modes are on the machine that builds it.
RUN chmod -R u=rwX,go=rX alembic.ini app && python -m compileall -q app && mkdir /storage

# PostgreSQL's client programs, in a folder of their own with the libraries that they need, except the C library.
FROM postgres:18 AS postgresql
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /usr/lib/postgresql/18/bin
RUN mkdir -p /backups /client/bin /client/lib && cp pg_dump pg_restore /client/lib/ \
    && ldd pg_dump pg_restore | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -vE '/(libc|libm|libpthread|libdl|librt|libresolv)\.so' | xargs -I FILE cp -L FILE /client/lib/ \
    && for name in pg_dump pg_restore; do \
    printf '#!/bin/sh\nLD_LIBRARY_PATH=/opt/postgresql/lib exec /opt/postgresql/lib/%s "$@"\n' $name > /client/bin/$name; \
    chmod +x /client/bin/$name; done

FROM python:3.14-slim
ENV PATH=/app/.venv/bin:/opt/postgresql/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /app
COPY --from=build /sbom.cdx.json /
# The packages are a layer of their own, which most releases share.
COPY --from=build /app/.venv /app/.venv
COPY --from=build /app/alembic.ini /app/
COPY --from=build /app/app /app/app
COPY --from=postgresql /client /opt/postgresql
COPY --from=build --chown=10001:10001 /storage /storage
COPY --from=postgresql --chown=10001:10001 /backups /backups
USER 10001:10001
ARG VERSION=latest COMMIT=unknown
LABEL org.opencontainers.image.title="backup" \
    org.opencontainers.image.version=$VERSION \
    org.opencontainers.image.revision=$COMMIT
CMD ["python", "-m", "app.backups", "run-schedule"]
