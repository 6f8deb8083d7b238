#!/usr/bin/env python3
"""Requests per second of a cached injection through a real Envoy, beside Envoy's own credential
injector, a wasm filter that only reads, and no filter. `benches/run.sh inject` calls it.

All four stand in the upstream filter chain of a cluster of their own, on the same kind of route, in
one Envoy with one worker. The credential injector sets a header from a secret of a file (SDS);
hushgate sets the same header from its memory, and looks for echoes in the answer.
"""

import json
import os
import pathlib
import secrets
import sys
import tempfile

import bench
import processes
import tables
import variants
from processes import Failure
from variants import FILTERS, ROOT, TYPE, loopback

MODULE = ROOT / "dist" / "hushgate_inject.wasm"
VARIABLE = "HUSHGATE_BENCH_VALUE"
NAMES = ("none", "read", "injector", "inject")
TITLES = {
    "none": "no filter",
    "read": "wasm that only reads",
    "injector": "Envoy's credential_injector",
    "inject": "hushgate inject",
}
SIZES = (64, 4 << 10)
CONFIGURATION = {
    "stores": {"env": {"kind": "static"}},
    "credentials": [{"name": "bench", "store": "env", "reference": {"value_env": VARIABLE}}],
    "bindings": [{
        "name": "bench", "credential": "bench", "workload": "any", "cluster": "inject",
        "authority": "api.example.com", "methods": ["GET"], "paths": ["/**"], "surface": "bearer",
    }],
    "log_records_per_second_max": 1,
}
OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def main():
    options = bench.arguments(NAMES, SIZES)
    needed = {"read": variants.READ_MODULE, "inject": MODULE}
    bench.check_needs([needed[name] for name in options.variants if name in needed])
    processes.end_on_signals()
    cores = sorted(os.sched_getaffinity(0))
    envoy_core, load_core = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    # A value of this run, good for nothing.
    value = os.environ[VARIABLE] = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as scratch:
        scratch = pathlib.Path(scratch)
        bodies = make_bodies(scratch / "bodies", options.sizes)
        sds = write_secret(scratch / "sds.json", value)
        with (
            processes.upstream(
                options.programs / "upstream", scratch / "bodies", load_core
            ) as port,
            processes.envoy(
                options.envoy, bootstrap(options.variants, port, sds), scratch, envoy_core
            ) as (child, ports),
        ):
            check(ports, bodies)
            load = bench.Load(child, ports, load_core, options)
            print(tables.header(options, cores))
            for size in options.sizes:
                print(table(size, load.measure(size)), flush=True)
            check_counts(scratch / "admin", options.variants)


def make_bodies(directory, sizes):
    directory.mkdir()
    bodies = {str(size): (b'{"n": 1.5, "text": "quiet"}\n' * size)[:size] for size in sizes}
    for name, body in bodies.items():
        (directory / name).write_bytes(body)
    return bodies


def write_secret(path, value):
    """The injector's secret, as a file of Envoy's secret discovery."""
    secret = {
        "@type": TYPE + "envoy.extensions.transport_sockets.tls.v3.Secret",
        "name": "credential",
        "generic_secret": {"secret": {"inline_string": f"Bearer {value}"}},
    }
    path.write_text(json.dumps({"resources": [secret]}), encoding="utf-8")
    return path


def check(ports, bodies):
    """Nothing is measured that does not do its work: bodies pass as they are."""
    for name, port in ports.items():
        for path, body in bodies.items():
            if processes.fetch(f"http://127.0.0.1:{port}/{path}") != (200, body):
                raise Failure(f"{name}: {path} is not answered as it is")


def check_counts(admin, names):
    """Each request of both was injected, by their own counters, and none was refused."""
    stats = processes.fetch(f"http://{admin.read_text(encoding='utf-8').strip()}/stats")[1]
    values = {}
    for line in stats.decode().splitlines():
        name, _, value = line.partition(": ")
        values[name] = int(value) if value.isdigit() else 0
    for name, word in (("injector", "credential_injector.injected"), ("inject", ".injected.bench")):
        done = sum(value for stat, value in values.items() if stat.endswith(word))
        asked = values.get(f"cluster.{name}.upstream_rq_total", 0)
        if name in names and not 0 < asked <= done:
            raise Failure(f"{name}: {done} of {asked} requests were injected")


def table(size, results):
    lines = [
        f"Answers of {size} bytes:\n",
        "| | requests/s | to no filter | to credential_injector | Envoy's CPU, µs a request"
        " | p50 ms | p99 ms | spread | Envoy's core busy |",
        "|---" * 9 + "|",
    ]
    for name, result in results.items():
        lines.append(
            f"| {TITLES[name]} | {result['per_second']:,.0f} "
            f"| {tables.ratio(result, results.get('none'))} "
            f"| {tables.ratio(result, results.get('injector'))} | {result['cpu_us']:,.1f} "
            f"| {result['p50_us'] / 1000:.2f} | {result['p99_us'] / 1000:.2f} "
            f"| {result['spread']:.0%} | {result['busy']:.0%} |"
        )
    return "\n".join([*lines, *tables.starved(results, TITLES)]) + "\n"


def bootstrap(names, port, sds):
    return {
        # Secret discovery wants a name, of a file's reader too.
        "node": {"id": "bench", "cluster": "bench"},
        "admin": {"address": loopback(0)},
        "static_resources": {
            "listeners": [listener(name) for name in names],
            "clusters": [cluster(name, port, sds) for name in names],
        },
    }


def listener(name):
    """As in the other comparison, to a cluster of its own, under the name that the binding has."""
    made = variants.listener("none")
    made["name"] = name
    manager = made["filter_chains"][0]["filters"][0]["typed_config"]
    manager["stat_prefix"] = name
    route = manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]
    route.update(cluster=name, host_rewrite_literal="api.example.com")
    return made


def cluster(name, port, sds):
    made = variants.cluster(port)
    made["name"] = made["load_assignment"]["cluster_name"] = name
    codec = {"name": "codec", "typed_config": {
        "@type": FILTERS + "upstream_codec.v3.UpstreamCodec",
    }}
    made["typed_extension_protocol_options"] = {OPTIONS: {
        "@type": TYPE + OPTIONS,
        "explicit_http_config": {"http_protocol_options": {}},
        "http_filters": [*filters(name, sds), codec],
    }}
    return made


def filters(name, sds):
    if name == "read":
        return [variants.wasm(name, variants.READ_MODULE)]
    if name == "inject":
        made = variants.wasm(name, MODULE, json.dumps(CONFIGURATION))
        vm = made["typed_config"]["config"]["vm_config"]
        vm["environment_variables"] = {"host_env_keys": [VARIABLE]}
        return [made]
    if name == "injector":
        source = {"path_config_source": {"path": str(sds)}}
        generic = {
            "@type": TYPE + "envoy.extensions.http.injected_credentials.generic.v3.Generic",
            "credential": {"name": "credential", "sds_config": source},
        }
        return [{"name": name, "typed_config": {
            "@type": FILTERS + "credential_injector.v3.CredentialInjector",
            "overwrite": True,
            "credential": {
                "name": "envoy.http.injected_credentials.generic", "typed_config": generic,
            },
        }}]
    return []


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
