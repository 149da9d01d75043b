"""What JSON Schema cannot say: whether the parts of a project fit together."""
