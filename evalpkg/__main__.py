"""Entry point of ``python -m evalpkg``, which is the same as ``evalpkg``."""

from evalpkg.cli import main

main()
