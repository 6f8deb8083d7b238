"""Calls an API with its own Python client, as a workload would: with a placeholder for a key.

    python3 tests/e2e/sdk.py openai|openai-stream|stripe|anthropic <base URL> <placeholder>

Prints what the client made of the answer, in one line of JSON. The client's own checks of keys and answers are on.
"""

import json
import sys


def openai(base, key):
    from openai import OpenAI

    client = OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0)
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    return answer.choices[0].message.content


def openai_stream(base, key):
    from openai import OpenAI

    client = OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0)
    messages = [{"role": "user", "content": "hi"}]
    pieces = client.chat.completions.create(model="m", messages=messages, stream=True)
    return "".join(piece.choices[0].delta.content or "" for piece in pieces)


def stripe(base, key):
    import stripe as client

    client.api_key, client.api_base, client.max_network_retries = key, base, 0
    charge = client.Charge.create(amount=2000, currency="eur", source="tok_visa")
    return f"{charge.id} {charge.amount} {charge.description}"


def anthropic(base, key):
    from anthropic import Anthropic

    client = Anthropic(api_key=key, base_url=base, max_retries=0)
    messages = [{"role": "user", "content": "hi"}]
    answer = client.messages.create(model="m", max_tokens=16, messages=messages)
    return answer.content[0].text


CALLS = {"openai": openai, "openai-stream": openai_stream, "stripe": stripe, "anthropic": anthropic}

if __name__ == "__main__":
    name, url, placeholder = sys.argv[1:]
    print(json.dumps(CALLS[name](url, placeholder)))
