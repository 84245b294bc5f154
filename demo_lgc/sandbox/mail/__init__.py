"""A strict MSSanté operator on loopback: submission, mailboxes, white list. Reference: [MSS]."""
