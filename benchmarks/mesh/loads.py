"""Load generators: each returns what it completed, and never goes anywhere but to the lab's own addresses."""
import pathlib
import re

from lab import A, PROXY_UID


def wrk(lab, url, connections, seconds, uid=None):
    """Closed loop over HTTP/1.1: (requests, errors)."""
    out = lab.run(A, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", url, uid=uid, timeout=seconds + 60).stdout
    found = re.search(r"(\d+) requests in", out)
    errors = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)", out)) + sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    if not found:
        raise SystemExit(f"benchmark: wrk {url} said: {out}")
    return int(found[1]), errors


def h2load(lab, url, connections, streams, seconds, extra=()):
    """Closed loop over clear HTTP/2: (requests, errors)."""
    result = lab.run(A, "h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-D{seconds}", *extra, url, timeout=seconds + 60)
    found = re.search(r"requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", result.stdout)
    if not found:
        raise SystemExit(f"benchmark: h2load {url} said: {result.stdout}{result.stderr}")
    return int(found[1]), int(found[2])


def grpc(lab, url, streams, seconds):
    """gRPC unary calls with a five-byte message: (calls, errors)."""
    body = lab.work / "grpc-body"
    body.write_bytes(b"\0\0\0\0\0")
    return h2load(lab, url, 1, streams, seconds, ("-d", str(body), "-H", "content-type: application/grpc", "-H", "te: trailers"))


def fixed_rate(lab, url, connections, rate, seconds):
    """Open loop over HTTP/1.1: latencies in microseconds, sorted."""
    log = lab.work / "h2load.log"
    pathlib.Path(log).unlink(missing_ok=True)
    lab.run(A, "h2load", "--h1", "-t1", f"-c{connections}", f"--rps={rate / connections}", f"-D{seconds}", f"--log-file={log}", url, timeout=seconds + 60)
    # Each line: start in microseconds, status, duration in microseconds. The first second is warm-up.
    rows = [line.split("\t") for line in pathlib.Path(log).read_text().splitlines()]
    start = min(int(r[0]) for r in rows)
    return sorted(int(r[2]) for r in rows if int(r[0]) - start > 1_000_000)
