"""What the service is measured against: the same call through a plain Flask and requests view."""

from __future__ import annotations

import os

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)
session = requests.Session()
adapter = requests.adapters.HTTPAdapter(pool_connections=10, pool_maxsize=4000)
session.mount("http://", adapter)


@app.post("/webhooks/parse_via_chat_gpt")
def parse_via_chat_gpt():
    body = request.get_json()
    answer = session.post(
        f"{os.environ['UPSTREAM']}/chat/completions",
        json={
            "model": body["gpt_model"],
            "messages": [
                {"role": "system", "content": body["prompt"]},
                {"role": "user", "content": body["question_text"]},
            ],
        },
        headers={"Authorization": "Bearer sk-naive"},
        timeout=60,
    ).json()
    return jsonify(success=True, parsed_msg=answer["choices"][0]["message"]["content"])
