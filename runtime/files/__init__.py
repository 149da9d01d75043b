"""Uploaded files: received, recognised, kept under their hash, and removed when no document holds them."""
