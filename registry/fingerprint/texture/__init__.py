"""Faint textures and seamless patterns: what is left of them when contrast is taken out.

relief.py      picture → relief: grey levels against their surroundings, by their surroundings' contrast
suspect.py     the cheap question that comes first: might this be a texture?
points.py      keypoints of a relief and their codes, with the trained numbers in coder.npz
training.py    the script that makes coder.npz
extract.py     picture → TextureWork or TextureQuery
codec.py       TextureWork ↔ bytes
"""

from registry.fingerprint.texture.codec import SCHEME, decode, encode
from registry.fingerprint.texture.extract import texture_of_query, texture_of_work
from registry.fingerprint.texture.points import load_coder

__all__ = ["SCHEME", "decode", "encode", "load_coder", "texture_of_query", "texture_of_work"]
