"""What the page of guardrails says of what can be masked: an example of each kind."""

from __future__ import annotations

from web.language import N_

EXAMPLES = {
    "phone": "98765 43210, +91 98765-43210, ९८७६५४३२१०",
    "email": "asha@example.org",
    "aadhaar": "2345 6789 0124",
    "pan": "ABCPE1234F",
    "abha": "91-1234-5678-9012, asha@abdm",
    "upi": "asha@okbank",
    "voter_id": "ABC1234567",
    "vehicle": "MH 12 AB 1234",
    "card": "4111 1111 1111 1111",
    "name": N_("the contact's own, and after “Dr.”, “my name is” or “मेरा नाम”"),
}
