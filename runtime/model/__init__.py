"""The words of the system: plain types and ports. Standard library only, no I/O."""
