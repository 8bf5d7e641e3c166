"""How programs read and write: one file per resource."""
