"""Lets boto3 hold conversations with the embedded emulator: `python converse.py URL`.

Prints a line for each check and stops at the first that fails. A warning of botocore about an answer is a failure.
"""

import json
import logging
import re
import struct
import sys
import warnings
import zlib

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# The fixed identity of the emulator; its `serve` example prints it.
ACCESS_KEY_ID = "AKIDEMULATOR"
SECRET_ACCESS_KEY = "this-is-not-a-secret-but-the-key-of-the-emulator"

MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
PROFILE = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{MODEL}"

CALCULATOR = {
    "toolSpec": {
        "name": "calculator",
        "description": "Calculates the value of an arithmetic expression.",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"expression": {"type": "string"}},
                "required": ["expression"],
            }
        },
    }
}
TOOLS = {"tools": [CALCULATOR]}


def expect(condition, *facts):
    """Fails the current check, with what was seen, unless the condition holds."""
    if not condition:
        raise AssertionError(" ".join(str(fact) for fact in facts))


def client(url, key_id=ACCESS_KEY_ID, secret=SECRET_ACCESS_KEY):
    """A client that signs, asks once, and uses no proxy."""
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(signature_version="v4", proxies={}, retries={"mode": "standard", "total_max_attempts": 1}),
    )


def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def question(text):
    return [user({"text": text})]


def stream(bedrock, **request):
    """Asks with ConverseStream, checks the order of the events, and gives what Converse would have given."""
    answer = bedrock.converse_stream(**request)
    expect(answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer["ResponseMetadata"])
    content, deltas, opened = [], 0, None
    seen, stop_reason, metadata = [], None, None
    for event in answer["stream"]:
        expect(len(event) == 1, "an event with several members:", event)
        ((kind, payload),) = event.items()
        seen.append(kind)
        if kind == "messageStart":
            expect(len(seen) == 1 and payload["role"] == "assistant", "the start is out of place:", seen, payload)
        elif kind in ("contentBlockStart", "contentBlockDelta"):
            expect(stop_reason is None, kind, "after the end of the message")
            if opened is None:
                expect(payload["contentBlockIndex"] == len(content), "a block is out of order:", payload)
                opened = len(content)
                content.append({})
            expect(payload["contentBlockIndex"] == opened, "two blocks are open at a time:", payload)
            if kind == "contentBlockStart":
                content[opened] = {"toolUse": {**payload["start"]["toolUse"], "input": ""}}
            elif "text" in payload["delta"]:
                content[opened]["text"] = content[opened].get("text", "") + payload["delta"]["text"]
                deltas += 1
            else:
                content[opened]["toolUse"]["input"] += payload["delta"]["toolUse"]["input"]
                deltas += 1
        elif kind == "contentBlockStop":
            expect(payload["contentBlockIndex"] == opened, "a block ends that is not open:", payload)
            if "toolUse" in content[opened]:
                content[opened]["toolUse"]["input"] = json.loads(content[opened]["toolUse"]["input"] or "{}")
            opened = None
        elif kind == "messageStop":
            expect(opened is None, "the message ends inside a block")
            stop_reason = payload["stopReason"]
        elif kind == "metadata":
            expect(seen[-2] == "messageStop", "metadata follow", seen[-2])
            metadata = payload
        else:
            expect(False, "unknown event", event)
    expect(seen[-1:] == ["metadata"], "the stream ends with", seen[-1:])
    check_numbers(metadata["usage"], metadata["metrics"])
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason,
        "usage": metadata["usage"],
        "deltas": deltas,
    }


def unary(bedrock, **request):
    answer = bedrock.converse(**request)
    expect(answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer["ResponseMetadata"])
    expect(answer["ResponseMetadata"]["RequestId"], "no request id:", answer["ResponseMetadata"])
    expect(answer["output"]["message"]["role"] == "assistant", answer["output"])
    check_numbers(answer["usage"], answer["metrics"])
    return answer


def check_numbers(usage, metrics):
    expect(usage["inputTokens"] > 0 and usage["outputTokens"] > 0, usage)
    expect(usage["inputTokens"] + usage["outputTokens"] == usage["totalTokens"], "the usage does not add up:", usage)
    expect(metrics["latencyMs"] > 0, metrics)


def text_of(answer):
    return "".join(block.get("text", "") for block in answer["output"]["message"]["content"])


def tool_conversation(ask):
    """Asks for 15 * 24, does the calculation the model asks for, and gives it the result."""
    messages = question("What is 15 * 24?")
    answer = ask(modelId=MODEL, messages=messages, toolConfig=TOOLS)
    expect(answer["stopReason"] == "tool_use", "the stop reason is", answer["stopReason"])
    message = answer["output"]["message"]
    calls = [block["toolUse"] for block in message["content"] if "toolUse" in block]
    expect(len(calls) == 1 and calls[0]["name"] == "calculator", "the calls are", calls)
    expect(calls[0]["toolUseId"], "no id:", calls)
    expression = calls[0]["input"]["expression"]
    numbers = re.fullmatch(r"(\d+) \* (\d+)", expression)
    expect(numbers, "the expression is", expression)
    product = int(numbers[1]) * int(numbers[2])
    expect(product == 360, expression, "is", product)

    result = {"toolUseId": calls[0]["toolUseId"], "content": [{"text": str(product)}], "status": "success"}
    messages = [*messages, message, user({"toolResult": result})]
    answer = ask(modelId=MODEL, messages=messages, toolConfig=TOOLS)
    expect(answer["stopReason"] == "end_turn", "the stop reason is", answer["stopReason"])
    expect("360" in text_of(answer), "the answer is", text_of(answer))


def png(width, height):
    """A red image, made by hand."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xff\0\0" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def refused(ask, status, code, message):
    """Checks that the service refuses, and with what."""
    try:
        answer = ask()
    except ClientError as error:
        seen = (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
        expect(seen == (status, code), "refused with", error.response)
        expect(message in error.response["Error"]["Message"], "refused with", error.response)
    else:
        expect(False, "not refused but answered:", answer)


def checks(url):
    """All checks, each a name and what it does."""
    bedrock = client(url)
    wrong_secret, wrong_id = client(url, secret="wrong"), client(url, key_id="AKIDUNKNOWN")

    def streamed(**request):
        return stream(bedrock, **request)

    def whole(**request):
        return unary(bedrock, **request)

    def streamed_text():
        answer = streamed(modelId=MODEL, messages=question("Name the colours of the rainbow, größer bitte 🌈."))
        expect("größer bitte 🌈" in text_of(answer), text_of(answer))
        expect(answer["deltas"] > 1, "the text came in one piece")
        expect(answer["stopReason"] == "end_turn", answer["stopReason"])

    def image(ask):
        picture = {"image": {"format": "png", "source": {"bytes": png(3, 2)}}}
        answer = ask(modelId=MODEL, messages=[user(picture, {"text": "What is this?"})])
        text = text_of(answer)
        expect("png" in text and re.search(r"\b3\s*x\s*2\b", text), "the answer is", text)

    def settings(ask):
        answer = ask(
            modelId=MODEL,
            messages=question("Say as much as you can about everything there is between heaven and earth."),
            system=[{"text": "You are brief."}],
            inferenceConfig={"maxTokens": 5, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"]},
        )
        expect(answer["stopReason"] == "max_tokens", "the stop reason is", answer["stopReason"])
        expect(text_of(answer) and answer["usage"]["outputTokens"] <= 5, "the answer is", answer)

    def named(ask, model):
        answer = ask(modelId=model, messages=question("Hello"))
        expect("Hello" in text_of(answer), "the answer is", text_of(answer))

    def refused_both_ways(bedrock, request, *refusal):
        refused(lambda: bedrock.converse(modelId=MODEL, **request), *refusal)
        refused(lambda: bedrock.converse_stream(modelId=MODEL, **request), *refusal)

    hello = {"messages": question("Hello")}
    mismatch = (403, "InvalidSignatureException", "signature we calculated does not match")
    unknown = (403, "UnrecognizedClientException", "security token included in the request is invalid")
    blank = (400, "ValidationException", "The text field in the ContentBlock object at messages.0.content.0 is blank.")
    return [
        ("streamed text", streamed_text),
        ("streamed conversation with a tool call", lambda: tool_conversation(streamed)),
        ("conversation with a tool call", lambda: tool_conversation(whole)),
        ("image", lambda: image(whole)),
        ("image, streamed", lambda: image(streamed)),
        ("system prompt and inference settings", lambda: settings(whole)),
        ("system prompt and inference settings, streamed", lambda: settings(streamed)),
        ("model id with a colon", lambda: named(whole, MODEL)),
        ("ARN of an inference profile", lambda: named(whole, PROFILE)),
        ("ARN of an inference profile, streamed", lambda: named(streamed, PROFILE)),
        ("wrong secret key", lambda: refused_both_ways(wrong_secret, hello, *mismatch)),
        ("unknown key id", lambda: refused_both_ways(wrong_id, hello, *unknown)),
        ("blank text", lambda: refused_both_ways(bedrock, {"messages": question(" ")}, *blank)),
    ]


class Complaints(logging.Handler):
    """Collects what botocore warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: converse.py URL")
    complaints = Complaints()
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).addHandler(complaints)
    passed = 0
    for name, check in checks(sys.argv[1]):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                check()
            expect(not complaints.lines, "botocore warns:", complaints.lines)
        except Exception as error:
            print(f"FAILED {name}: {type(error).__name__}: {error}")
            print(f"{passed} passed, 1 failed")
            sys.exit(1)
        print(f"ok {name}", flush=True)
        passed += 1
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    main()
