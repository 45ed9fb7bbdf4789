"""``python -m evalpkg`` is ``evalpkg``."""

from evalpkg.cli import main

main()
