"""Files the user reads and edits: registry, scenarios, published tables; every fault is told with its place."""
