"""From where a container's server is reached: never from more of the network than this process needs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from pgproof.server.container.engine import faults

if TYPE_CHECKING:
    from testcontainers.community.postgres import PostgresContainer

PORT = 5432
LOOPBACK = "127.0.0.1"
_LOCAL = {"localhost", LOOPBACK, "::1"}


def publish(container: PostgresContainer) -> None:
    """Let a container's port be reached once it is created, by Testcontainers' mode of connection.

    An engine on this machine: from its loopback interface. One to which this process is a container itself: on their
    network, else from the bridge's address, too. One elsewhere: from everywhere, for it is not known from where.
    """
    client = container.get_docker_client()
    mode = client.get_connection_mode().name
    ports: dict[str, Any] = {f"{PORT}/tcp": None}
    if mode == "bridge_ip":
        ports = {}
    elif mode == "gateway_ip":
        ports = {f"{PORT}/tcp": [(LOOPBACK, None), *((gateway, None) for gateway in _gateways(client.client))]}
    elif client.host() in _LOCAL:
        ports = {f"{PORT}/tcp": (LOOPBACK, None)}
    container.ports = ports


def places(container: PostgresContainer) -> list[tuple[str, int]]:
    """Return (host, port) of each place where the server of a running container may be reached, the best first."""
    client = container.get_docker_client()
    mode = client.get_connection_mode().name
    if mode == "bridge_ip":
        return [(container.get_container_host_ip(), PORT)]
    wrapped = container.get_wrapped_container()
    wrapped.reload()
    bound: Sequence[Mapping[str, str]] = wrapped.ports.get(f"{PORT}/tcp") or ()
    host = LOOPBACK if client.host() in _LOCAL else client.host()
    found = [(_host(one.get("HostIp", ""), host), int(one["HostPort"])) for one in bound]
    return list(dict.fromkeys(found))


def _host(bound_to: str, host: str) -> str:
    """Return the name of an address that a port is bound to; an engine that is elsewhere binds its own."""
    return bound_to if host == LOOPBACK and bound_to not in {"", "0.0.0.0", "::"} else host  # noqa: S104 - what it says


def _gateways(client: Any) -> list[str]:  # noqa: ANN401 - the engine's library has no types
    """Return the engine's address on the bridge that containers are on by default."""
    with contextlib.suppress(*faults(), KeyError, TypeError):
        pools = client.networks.get("bridge").attrs["IPAM"]["Config"]
        # its first one, as long as no container was there
        return [pool.get("Gateway") or str(ip_network(pool["Subnet"])[1]) for pool in pools if "." in pool["Subnet"]]
    return []
