"""What plain `gunicorn` reads in a checkout; `flowhook run` names the module itself."""

from service.gunicorn_conf import *  # noqa: F403 - gunicorn reads settings by their names
