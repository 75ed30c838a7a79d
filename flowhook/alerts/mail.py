"""E-mail through the operator's server, SMTP_URL.

`smtp://user:password@host:587` begins plain and changes to TLS (STARTTLS), `smtps://` speaks TLS at
once. A password is never sent without TLS; a server on the way without one may do without both.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flowhook.errors import FlowhookError, InvalidInput, ProviderUnavailable

TIMEOUT_SECONDS = 10.0
PORTS = {"smtp": 587, "smtps": 465}


class Mailer:
    """Sends plain texts; `smtp_url` None: the operator set no server."""

    def __init__(self, smtp_url: str | None, mail_from: str | None) -> None:
        self.smtp_url = smtp_url
        self.mail_from = mail_from

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a text; raises InvalidInput without a server, ProviderUnavailable if it fails."""
        if not self.smtp_url or not self.mail_from:
            raise InvalidInput(
                "this service sends no e-mail",
                fix="The operator sets SMTP_URL and MAIL_FROM; or use a webhook_url.",
            )
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.mail_from, to, subject
        message.set_content(text)
        try:
            self._send(message)
        except (smtplib.SMTPException, OSError) as error:
            raise _unavailable(error) from None

    def _send(self, message: EmailMessage) -> None:
        address = urlsplit(self.smtp_url or "")
        host, port = address.hostname or "", address.port or PORTS[address.scheme]
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if address.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if address.scheme == "smtp" and (server.has_extn("starttls") or address.password):
                server.starttls(context=context)
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)


def _unavailable(error: Exception) -> FlowhookError:
    cause = type(error).__name__
    return ProviderUnavailable(
        f"the mail server did not take the message ({cause})",
        fix="The operator checks SMTP_URL, MAIL_FROM and the mail server.",
    )
