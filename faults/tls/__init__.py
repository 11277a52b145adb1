"""TLS towards clients: a certificate authority of our own, and what its servers say."""
