# One image for web, worker and migrations. Nothing in it is secret; all that differs comes from the environment.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv --without-pip /venv
COPY requirements.txt /build/
RUN pip --python /venv/bin/python install --require-hashes -r /build/requirements.txt
COPY . /app
WORKDIR /app
# Translations and static files need no database and no secret: settings fill in those of a demo for these two steps.
RUN DEMO=1 DATABASE_URL=postgres:///none /venv/bin/python manage.py compilemessages \
 && DEMO=1 DATABASE_URL=postgres:///none /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && rm -rf .local \
 && /venv/bin/python -m compileall -q /venv/lib /app

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin web \
 && install -d -o web -g web /media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MEDIA_ROOT=/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# By number: where only unprivileged users may run, a name could be anybody's.
USER 10001:10001
EXPOSE 8000
VOLUME /media
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn"]
