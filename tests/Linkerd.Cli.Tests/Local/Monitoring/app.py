"""One program for every workload of the monitored mesh: answers on 8080, and asks each of TARGETS at an even pace. Every tenth answer but those of /ready is a failure."""
import http.client
import http.server
import itertools
import os
import threading
import time

PACE = 0.1
count = itertools.count()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = os.environ["NAME"].encode()
        self.send_response(503 if self.path != "/ready" and next(count) % 10 == 9 else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(target):
    due = time.monotonic()
    while True:
        # Who comes late does not hurry afterwards: a busy machine makes the load smaller, not uneven.
        due = max(due + PACE, time.monotonic())
        try:
            connection = http.client.HTTPConnection(target, timeout=5)
            connection.request("GET", "/list")
            connection.getresponse().read()
            connection.close()
        except OSError:
            pass
        time.sleep(max(0, due - time.monotonic()))


for each in filter(None, os.environ.get("TARGETS", "").split(",")):
    threading.Thread(target=ask, args=(each,), daemon=True).start()
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
