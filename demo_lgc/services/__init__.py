"""The use cases, where the rooms meet: open a session, prepare a sharing, deliver it, show a patient."""
