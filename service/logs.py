"""Writes logs to standard output, one JSON object a line, made from constants and names."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import orjson
from gunicorn.glogging import Logger

from flowhook.timestamps import timestamp_of

LIBRARIES = ("urllib3", "requests", "redis", "geventhttpclient", "werkzeug", "dramatiq", "pika")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats time, level, logger, message and `extra`; tracebacks contain no values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": timestamp_of(int(record.created * 1000)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in STANDARD})
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            line["error"] = str(error) if kind is Exception else kind.__name__
            line["traceback"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(trace)
            ][-20:]
        return orjson.dumps(line, default=repr).decode()


def configure(level: str) -> None:
    """Send all loggers to standard output as JSON; libraries log from WARNING on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # a full pool is no news
    logging.getLogger("pika").setLevel(
        logging.CRITICAL
    )  # dramatiq logs the same in one line instead of ten


class GunicornLogger(Logger):
    """Logs gunicorn's messages as JSON; calls are logged by the recorder."""

    def setup(self, cfg: Any) -> None:
        configure(cfg.loglevel.upper())
        self.error_log.propagate = True  # otherwise Python prints it as plain text

    def access(self, *_: Any) -> None:
        return None
