"""The four ways through Envoy that are compared, and the bootstrap that offers them side by side.

One Envoy with one worker holds a listener for each, so that all meet the same process, core and
upstream connections. Every port is 0: the kernel chooses, and the admin interface tells.
"""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
TYPE = "type.googleapis.com/"
FILTERS = TYPE + "envoy.extensions.filters.http."

READ_MODULE = ROOT / "dist" / "test" / "hushgate_test_read.wasm"
REDACT_MODULE = ROOT / "dist" / "hushgate_redact.wasm"
REDACT_CONFIGURATION = '{"requests":"redact","responses":"redact","hold_headers":true}'

# Bodies of 1 MiB must fit into the buffer that the Lua filter needs; the same for all.
BUFFER_BYTES_MAX = 4 << 20

NAMES = ("none", "read", "hushgate", "lua")
TITLES = {
    "none": "no filter",
    "read": "wasm that only reads",
    "hushgate": "hushgate",
    "lua": "Lua, one gsub",
}


def modules(names):
    """The files that the variants need."""
    needed = {"read": READ_MODULE, "hushgate": REDACT_MODULE}
    return [needed[name] for name in names if name in needed]


def bootstrap(names, upstream_port):
    """Envoy's configuration: a listener for each name, one upstream."""
    return {
        "admin": {"address": loopback(0)},
        "static_resources": {
            "listeners": [listener(name) for name in names],
            "clusters": [cluster(upstream_port)],
        },
    }


def listener(name):
    manager = {
        "@type": TYPE + "envoy.extensions.filters.network.http_connection_manager.v3"
        ".HttpConnectionManager",
        "stat_prefix": name,
        "codec_type": "HTTP1",
        "route_config": {
            "virtual_hosts": [{
                "name": "all",
                "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "upstream"}}],
            }],
        },
        "http_filters": [*filters(name), {
            "name": "router",
            "typed_config": {"@type": FILTERS + "router.v3.Router"},
        }],
    }
    return {
        "name": name,
        "address": loopback(0),
        "per_connection_buffer_limit_bytes": BUFFER_BYTES_MAX,
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def filters(name):
    """The HTTP filters of a variant, before the router."""
    if name == "read":
        return [wasm(name, READ_MODULE)]
    if name == "hushgate":
        return [wasm(name, REDACT_MODULE, REDACT_CONFIGURATION)]
    if name == "lua":
        script = {"inline_string": (HERE / "gsub.lua").read_text(encoding="utf-8")}
        return [{
            "name": "lua",
            "typed_config": {"@type": FILTERS + "lua.v3.Lua", "default_source_code": script},
        }]
    return []


def wasm(name, module, configuration=None):
    """A wasm filter. Without a configuration, the test module reads; with one, it does not."""
    plugin = {
        "name": name,
        "root_id": name,
        "failure_policy": "FAIL_RELOAD",
        "allow_on_headers_stop_iteration": True,
        "vm_config": {
            "vm_id": f"bench-{name}",
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": str(module)}},
        },
    }
    if configuration is not None:
        value = {"@type": TYPE + "google.protobuf.StringValue", "value": configuration}
        plugin["configuration"] = value
    return {"name": name, "typed_config": {"@type": FILTERS + "wasm.v3.Wasm", "config": plugin}}


def cluster(port):
    endpoint = {"endpoint": {"address": loopback(port)}}
    return {
        "name": "upstream",
        "type": "STATIC",
        "per_connection_buffer_limit_bytes": BUFFER_BYTES_MAX,
        "load_assignment": {
            "cluster_name": "upstream",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def loopback(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
