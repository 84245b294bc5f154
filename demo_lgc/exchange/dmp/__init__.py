"""Transactions of the DMP, one module each. Reference: [DMP]."""
