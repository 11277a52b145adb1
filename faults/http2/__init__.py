"""HTTP/2 and gRPC: one script per stream, over `h2` on both sides."""
