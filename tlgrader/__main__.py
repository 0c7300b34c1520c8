"""``python -m tlgrader``."""

from tlgrader.cli import main

if __name__ == "__main__":
    main()
