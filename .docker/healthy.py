"""Health check of the web container: does /healthz answer 200 as through the reverse proxy?"""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != 200)
