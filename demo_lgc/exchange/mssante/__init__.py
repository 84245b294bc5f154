"""MSSanté mail: composing, sending, the mailbox, the trust domain. Reference: [MSS]."""
