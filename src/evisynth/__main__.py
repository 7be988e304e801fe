from evisynth.cli.main import main

main()
