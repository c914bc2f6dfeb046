"""The rules of style and of the layers, as a test. `./dev tidy` prints what breaks them and what to write instead."""
