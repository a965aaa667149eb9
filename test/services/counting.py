"""Proxies that count what they pass on."""

import collections
import http.client
import http.server
import threading


class Proxy:
    """Passes requests on to a port, and counts them by method and path."""

    def __init__(self, port: int):
        self.counts: collections.Counter[str] = collections.Counter()
        lock = threading.Lock()
        counts = self.counts

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with lock:
                    counts[f"{self.command} {self.path.partition('?')[0]}"] += 1
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                try:
                    headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "accept-encoding")}
                    upstream.request(self.command, self.path, body or None, headers)
                    answer = upstream.getresponse()
                    payload = answer.read()
                except OSError:
                    self.send_error(502)
                    return
                finally:
                    upstream.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self) -> dict[str, int]:
        """What was asked since the last time."""
        out = dict(self.counts)
        self.counts.clear()
        return out
