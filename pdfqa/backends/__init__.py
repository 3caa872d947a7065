"""Back-ends: where operations are performed."""
