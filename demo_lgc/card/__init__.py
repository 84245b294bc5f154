"""The CPS: a key that does not know who uses it. The only room that touches a reader. Reference: [CPS]."""
