"""Both ends of the wire: dialects, framing, quotas, and the stand-ins that speak them."""
