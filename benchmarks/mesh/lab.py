"""Two network namespaces with a wire between them, and the processes in them."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

A, B = "l5bench-a", "l5bench-b"
IP_A, IP_B, VIP = "10.77.0.1", "10.77.0.2", "10.77.100.1"
PROXY_CPU, LOAD_CPU = "0", "1"
PROXY_UID = 2102
TICK = os.sysconf("SC_CLK_TCK")


def sh(*command, check=True, **kwargs):
    return subprocess.run([str(c) for c in command], check=check, capture_output=True, text=True, **kwargs)


def wait_for(what, condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise SystemExit(f"benchmark: {what} did not happen within {seconds} s")


def prefer():
    """Runs in each process of the lab: the scheduler is to prefer it to whatever else the machine does. All contenders are treated alike."""
    for change in (lambda: os.nice(-10), lambda: pathlib.Path("/proc/self/autogroup").write_text("-10")):
        try:
            change()
        except OSError:
            pass  # not root, or no groups of tasks: figures are noisier, not wrong


class Lab:
    """Everything started is ended, and the namespaces are deleted, by close()."""

    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.processes = []

    def open(self):
        self.close_namespaces()
        for ns in (A, B):
            sh("ip", "netns", "add", ns)
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        sh("ip", "link", "add", "l5b-a", "netns", A, "type", "veth", "peer", "name", "l5b-b", "netns", B)
        for ns, dev, ip in ((A, "l5b-a", IP_A), (B, "l5b-b", IP_B)):
            sh("ip", "-n", ns, "addr", "add", f"{ip}/24", "dev", dev)
            sh("ip", "-n", ns, "link", "set", dev, "up")
        sh("ip", "-n", A, "route", "add", f"{VIP}/32", "via", IP_B)

    def start(self, ns, *command, cpu=LOAD_CPU, env=None, uid=None, log=None, netns=True):
        prefix = ["ip", "netns", "exec", ns] if netns else []
        prefix += ["taskset", "-c", cpu]
        if uid is not None:
            prefix += ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        output = open(self.work / (log or "process.log"), "ab")
        process = subprocess.Popen([*prefix, *[str(c) for c in command]], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=prefer)
        self.processes.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process in self.processes:
            self.processes.remove(process)

    def run(self, ns, *command, cpu=LOAD_CPU, uid=None, timeout=120, **kwargs):
        prefix = ["ip", "netns", "exec", ns, "taskset", "-c", cpu]
        if uid is not None:
            prefix += ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        return subprocess.run([*prefix, *[str(c) for c in command]], capture_output=True, text=True, timeout=timeout, start_new_session=True, preexec_fn=prefer, **kwargs)

    def close(self):
        for process in list(self.processes):
            self.stop(process)
        self.close_namespaces()

    @staticmethod
    def close_namespaces():
        for ns in (A, B):
            if sh("ip", "netns", "pids", ns, check=False).stdout.split():
                for pid in sh("ip", "netns", "pids", ns).stdout.split():
                    try:
                        os.kill(int(pid), signal.SIGKILL)
                    except ProcessLookupError:
                        pass
            sh("ip", "netns", "del", ns, check=False)


def family(pid):
    """A process and all below it: workers of nginx, for example."""
    pids, todo = [], [pid]
    while todo:
        current = todo.pop()
        pids.append(current)
        try:
            for task in pathlib.Path(f"/proc/{current}/task").iterdir():
                todo += [int(c) for c in (task / "children").read_text().split()]
        except FileNotFoundError:
            pass
    return pids


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def resident_kib(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


def missing_tools():
    needed = {"haproxy": "haproxy", "nginx": "nginx-light", "wrk": "wrk", "h2load": "nghttp2-client", "nghttpd": "nghttp2-server",
              "iptables": "iptables", "protoc": "protobuf-compiler", "openssl": "openssl", "taskset": "util-linux"}
    return sorted({package for tool, package in needed.items() if shutil.which(tool) is None})
