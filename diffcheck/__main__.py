"""`python -m diffcheck` is the command `diffcheck`."""

from diffcheck.cli import main

if __name__ == "__main__":
    main()
