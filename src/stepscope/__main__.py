"""`python -m stepscope`."""

from stepscope.commands.main import main

main()
