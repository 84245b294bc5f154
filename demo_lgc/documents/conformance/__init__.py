"""Check documents against the conformance pack of the ANS, which is not ours: the user installs it."""
