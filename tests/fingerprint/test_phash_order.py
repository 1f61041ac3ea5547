import imagehash
import numpy as np
from PIL import Image

from registry.fingerprint.phash import PHash
from tests.media.drawn import scene


def test_the_bytes_are_those_of_imagehash() -> None:
    grey = scene().convert("L").resize((128, 128))
    code, _ = PHash().compute(np.asarray(grey))
    assert code.hex() == str(imagehash.phash(grey))
    assert code.hex() == str(imagehash.phash(Image.merge("RGB", (grey, grey, grey))))
