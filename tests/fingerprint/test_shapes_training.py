import cv2
import numpy as np
from PIL import Image

from registry.fingerprint.regional.shape_coder import shape_coder
from registry.fingerprint.regional.shape_training import descriptors_of, main


def folder_of_designs(folder):
    folder.mkdir()
    numbers = np.random.default_rng(3)
    for number in range(12):
        picture = np.full((240, 240, 3), 255, np.uint8)
        for _ in range(5):
            corners = numbers.integers(10, 230, 2) + numbers.integers(-50, 50, (5, 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], numbers.integers(0, 230, 3).tolist())
        Image.fromarray(picture).save(folder / f"{number}.png")
    return folder


def test_the_same_pictures_give_the_same_numbers(tmp_path, capsys):
    folder = folder_of_designs(tmp_path / "designs")
    for name in ("one.npz", "two.npz"):
        assert main([str(folder), "--out", str(tmp_path / name)]) == 0
    assert "12 pictures" in capsys.readouterr().out
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "two.npz") as two:
        assert one["projection"].shape == (128, 64)
        assert all((one[key] == two[key]).all() for key in ("mean", "projection"))


def test_each_shipped_bit_tells_shapes_apart(tmp_path):
    looks = descriptors_of(sorted(folder_of_designs(tmp_path / "designs").iterdir()))
    share = (shape_coder().projections(looks) > 0).mean(axis=0)
    assert ((share > 0.02) & (share < 0.98)).all()
    assert np.median(np.abs(share - 0.5)) < 0.3
