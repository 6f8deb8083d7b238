"""Starting, pinning and always ending the programs of the benchmark."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import time
import urllib.request

START_SECONDS_MAX = 60
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """What went wrong, in one line."""


@contextlib.contextmanager
def running(command, core, **options):
    """Runs `command` on one core for the time of a `with` block."""
    child = subprocess.Popen(command, preexec_fn=lambda: settle(core), **options)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def settle(core):
    """In the child: stay on the core, and die with the benchmark however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if core is not None:
        os.sched_setaffinity(0, {core})


def end_on_signals():
    """Turns a termination into an exception, so that every `with` block is left."""
    def stop(_number, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


@contextlib.contextmanager
def upstream(program, directory, core):
    """The static server; gives its port."""
    with running([program, directory], core, stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        if not line:
            raise Failure("the upstream did not start")
        yield int(line)


@contextlib.contextmanager
def envoy(program, configuration, directory, core):
    """Envoy with one worker; gives the process and the port of each listener by name."""
    config, address = directory / "envoy.json", directory / "admin"
    log = directory / "envoy.log"
    config.write_text(json.dumps(configuration), encoding="utf-8")
    command = [program, "-c", config, "--concurrency", "1", "--disable-hot-restart"]
    command += ["--log-level", "warn", "--admin-address-path", address]
    with log.open("wb") as output:
        with running(command, core, stdout=output, stderr=output) as child:
            try:
                found = ports(child, address)
            except Failure as failure:
                tail = log.read_text(errors="replace").strip().splitlines()[-3:]
                raise Failure(f"{failure}; it says: {' | '.join(tail)}") from None
            yield child, found


def ports(child, address):
    """Waits until Envoy is live, and asks it for its listeners."""
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            admin = address.read_text(encoding="utf-8").strip()
            if admin and fetch(f"http://{admin}/ready")[0] == 200:
                listeners = json.loads(fetch(f"http://{admin}/listeners?format=json")[1])
                return {
                    one["name"]: one["local_address"]["socket_address"]["port_value"]
                    for one in listeners["listener_statuses"]
                }
        time.sleep(0.05)
    raise Failure("Envoy did not start")


def fetch(url):
    """Status and body, without any proxy of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=START_SECONDS_MAX) as answer:
        return answer.status, answer.read()


def busy_seconds(pid):
    """How long a process has been on a processor."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
