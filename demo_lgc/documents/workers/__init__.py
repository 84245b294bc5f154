"""Processes of ours that do one heavy kind of work, warm and watched."""
