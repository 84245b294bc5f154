"""Documents brought into the open record: a file chosen or dropped, compared with the patient, then kept."""
