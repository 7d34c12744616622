# One image, four uses: web, worker, beat, migrations (docker-compose.yml says which command).
FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1 fonts-dejavu-core postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/*

FROM base AS libraries
COPY requirements.lock /tmp/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM base
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin suivi \
 && install -d -o suivi -g suivi /app /app/var
COPY --from=libraries /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH SUIVI_MODE=production SUIVI_VAR=/app/var
WORKDIR /app
# Named one by one: neither .git, var nor a developer's files can slip in.
COPY manage.py LICENSE ./
COPY cog cog
COPY indicators indicators
COPY actions actions
COPY budgets budgets
COPY reports reports
COPY templates templates
COPY fixtures fixtures
# Static files are hashed and compressed at build; the values below serve that one command and stay in no layer.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1 ALLOWED_HOSTS=build.invalid \
    python manage.py collectstatic --noinput
USER suivi
EXPOSE 8000
# The application logs each request itself, as JSON and without an address (cog/logs.py). Two synchronous workers: the best of four shapes measured on two cores.
CMD ["gunicorn", "cog.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--timeout", "60", \
     "--max-requests", "2000", "--max-requests-jitter", "200", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
