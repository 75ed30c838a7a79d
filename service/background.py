"""The background threads of a process."""

from __future__ import annotations

import atexit
from threading import Thread

from flowhook.jobs.services import JobServices
from flowhook.organisations.cache import SettingsCache
from flowhook.records.recorder import Recorder
from flowhook.redis.fullness import Fullness
from flows.conversations.waker import Waker


class Background:
    """The threads of an application: `app.extensions[Background.NAME]`.

    Closed when the process exits, at the latest.
    """

    NAME = "flowhook"

    def __init__(
        self,
        settings: SettingsCache,
        recorder: Recorder,
        listener: Thread,
        job_services: JobServices,
        waker: Waker,
        fullness: Fullness,
    ) -> None:
        self.settings = settings
        self.recorder = recorder
        self.listener = listener
        self.job_services = job_services
        self.waker = waker
        self.fullness = fullness
        atexit.register(self.close)

    def close(self) -> None:
        """Write what is queued and stop the threads."""
        atexit.unregister(self.close)
        self.waker.close()
        self.job_services.close()
        self.settings.close()
        self.recorder.close()
        self.fullness.close()
