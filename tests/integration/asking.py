"""Requests that tests send to a service themselves."""
import http.client
import json
import ssl
import urllib.parse

# Seconds: a machine with other work may be many times slower.
WITHIN = 180
LINE = b"----antin-test"


def sent(base, method, path, body=None, headers=None, ca=None, within=WITHIN):
    """(status, headers, octets) of a request as it is given, on a connection of its own. `ca`: whose certificate an
    https address has."""
    url = urllib.parse.urlsplit(base)
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=within,
                                                 context=ssl.create_default_context(cafile=ca))
    else:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=within)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def content(members=None, file=None, kind="application/pdf"):
    """(body, headers) of members: JSON; with a file a form of both."""
    body = None if members is None else json.dumps(members).encode()
    if file is not None:
        return (b"--%s\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n%s\r\n"
                b"--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
                b"Content-Type: %s\r\n\r\n%s\r\n--%s--\r\n" % (LINE, body, LINE, kind.encode(), file, LINE),
                {"Content-Type": f"multipart/form-data; boundary={LINE.decode()}"})
    return body, {} if body is None else {"Content-Type": "application/json"}
