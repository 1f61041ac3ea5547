"""The frozen room: bytes, hashes, ids, and how to check them. Importable alone, standard library only.

What these modules accept and produce changes only with a new version tag and new vectors (tests/vectors). `receipt` is
the one file that imports a library, for Ed25519, and nothing here imports it. Keccak-256 is handed in by who has it.
"""
