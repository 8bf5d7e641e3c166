"""Photos of issues: kept, looked at, shown, and taken away again."""
