"""SSH endpoints on loopback that replay captured answers and misbehave on request."""
