"""`python -m runoff_runtime.health`: exit 0 when the service of this container is ready."""

import http.client
import sys

from runoff_runtime.settings import ServiceSettings

_ANSWER_S = 3.0


def ready(port: int) -> bool:
    """Whether the service that listens on this port says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ready(ServiceSettings().port) else 1)
