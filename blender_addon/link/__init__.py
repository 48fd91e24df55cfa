"""The way to a backend: addresses, the socket, a connection that pings."""
