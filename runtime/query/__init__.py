"""The query language: filters, sort orders, cursors, updates and projections, pure."""
