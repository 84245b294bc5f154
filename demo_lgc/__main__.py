"""`python -m demo_lgc`."""


def main() -> int:
    """Start the program."""
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
