# One image for web, clock and release; docs/runbook.md says which variables it wants.
FROM python:3.11-slim AS build
WORKDIR /line
COPY tools/uv.txt tools/uv.txt
RUN pip install --no-cache-dir --require-hashes -r tools/uv.txt
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode

FROM python:3.11-slim
WORKDIR /line
# The numeric id lets a cluster check that nothing runs as root.
RUN useradd --uid 10001 --create-home line && install -d -o line /line/var
COPY --from=build /line/.venv .venv
COPY webhooks.py Procfile ./
COPY door door
COPY ivr ivr
COPY routing routing
COPY callbacks callbacks
COPY care care
COPY config config
COPY telephony telephony
COPY storage storage
COPY switchboard switchboard
COPY console console
COPY reports reports
ENV PATH=/line/.venv/bin:$PATH PYTHONUNBUFFERED=1 PORT=8080
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s CMD ["python", "-c", \
  "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=3)"]
# A worker's heartbeat file must never wait for a disk: in a container /tmp is one.
CMD ["gunicorn", "--config", "config/gunicorn.py", "--worker-tmp-dir", "/dev/shm", "webhooks:create_app()"]
