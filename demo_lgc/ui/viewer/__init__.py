"""The viewer: a document of anybody, read on the screen, searched, printed; nothing of it is executed."""
