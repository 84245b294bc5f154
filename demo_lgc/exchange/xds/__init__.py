"""XDS metadata, their ebRIM form and the signature of a submission set. Reference: [DMP] §8; [ITI-41]."""
