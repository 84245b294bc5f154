"""Pro Santé Connect, the second door: who is there, without a card, and what opens their mailbox."""
