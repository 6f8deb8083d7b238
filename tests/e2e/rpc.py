"""A server and a client of gRPC, both the Python package's own, with the proxy between them.

    python3 tests/e2e/rpc.py < secret and, on the next line, the proxy's port

Prints the server's port in a line, and when it is told the proxy's, what either side saw, in one line of JSON. Messages
are bytes: what is in them is nobody's business but the test's.
"""

import json
import sys
from concurrent import futures

import grpc

SEEN = []


def unary(request, context):
    SEEN.append(request)
    return b"unary: " + SECRET + b"\n"


def stream(request, context):
    SEEN.append(request)
    for number in range(5):
        yield b"%d: %s\n" % (number, SECRET)


def fail(request, context):
    context.set_trailing_metadata((("x-detail", SECRET.decode()),))
    context.abort(grpc.StatusCode.INTERNAL, "failed with " + SECRET.decode())


def both(requests, context):
    for request in requests:
        SEEN.append(request)
        yield request


HANDLERS = {
    "Unary": grpc.unary_unary_rpc_method_handler(unary),
    "Stream": grpc.unary_stream_rpc_method_handler(stream),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "Both": grpc.stream_stream_rpc_method_handler(both),
}


def calls(port):
    seen = {}
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        said = b"hello " + SECRET + b"\n"
        seen["unary"] = [channel.unary_unary("/test.T/Unary")(said, timeout=60)]
        seen["stream"] = list(channel.unary_stream("/test.T/Stream")(b"go", timeout=60))
        sent = [b"%d: %s\n" % (number, SECRET) for number in range(5)]
        seen["both"] = list(channel.stream_stream("/test.T/Both")(iter(sent), timeout=60))
        try:
            channel.unary_unary("/test.T/Fail")(b"go", timeout=60)
        except grpc.RpcError as error:
            detail = dict(error.trailing_metadata()).get("x-detail", "")
            seen["fail"] = [error.code().name.encode(), error.details().encode(), detail.encode()]
    return seen


if __name__ == "__main__":
    SECRET = sys.stdin.readline().strip().encode()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.T", HANDLERS),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    seen = calls(int(sys.stdin.readline()))
    seen["server"] = SEEN
    print(json.dumps({call: [text.decode() for text in texts] for call, texts in seen.items()}))
    server.stop(None)
