"""One program for every workload of a mesh under test: answers on 8080, and asks each of TARGETS every PACE seconds. Each answer number FAIL_EVERY but those of /ready is a failure; 0 is none."""
import http.client
import http.server
import itertools
import os
import threading
import time

PACE = float(os.environ.get("PACE", "0.1"))
FAIL_EVERY = int(os.environ.get("FAIL_EVERY", "10"))
count = itertools.count()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = os.environ["NAME"].encode()
        fails = self.path != "/ready" and FAIL_EVERY > 0 and next(count) % FAIL_EVERY == FAIL_EVERY - 1
        self.send_response(503 if fails else 200)
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
