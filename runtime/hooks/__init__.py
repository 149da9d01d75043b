"""User code: loading hook and job files, and calling their functions safely."""
