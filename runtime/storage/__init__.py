"""Where documents are kept: one port (`runtime.model.ports.Store`), one adapter for each kind of database."""
