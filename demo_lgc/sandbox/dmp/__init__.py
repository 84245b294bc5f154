"""A strict DMP on loopback. Reference: [DMP]."""
