"""Reserved: what the server saw, for any tool."""
