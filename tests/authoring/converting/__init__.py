"""Makes a course of notebooks that lie elsewhere: `docs/workshop.md`, `docs/public-notebooks.md`."""
