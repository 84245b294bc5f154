"""The national services, simulated on this machine: a card, a DMP, an MSSanté operator, patients.

Built from the specifications and from no client of ours, so that both ends cannot share one mistake.
Loopback only; ports chosen by the system. It refuses what the real services would refuse.
"""
