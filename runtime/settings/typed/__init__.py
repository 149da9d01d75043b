"""From nodes that were found good to typed specs. Nothing in here checks anything again."""
