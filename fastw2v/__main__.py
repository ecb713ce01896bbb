"""``python -m fastw2v``, and the installed command, are the command line."""

import sys


def main() -> None:
    """Run the command line; a Ctrl-C while its modules are still loading ends it in order, too."""
    try:
        from fastw2v.cli.commands import main as run
    except KeyboardInterrupt:
        sys.stderr.write("fastw2v: interrupted\n")
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
