"""What looking at a picture reads or sets up once: for the process that workers are forked from, which open no file."""

import cv2
import numpy as np

from registry.intake.seeing import query_features, work_features
from registry.works import Detail

cv2.setNumThreads(1)  # no threads of its own: workers are forked, and each has one core

_DRAWN = np.zeros((384, 384, 3), np.uint8)
cv2.circle(_DRAWN, (150, 200), 90, (200, 180, 40), -1)
cv2.rectangle(_DRAWN, (220, 60), (340, 330), (40, 90, 220), 9)
for _detail in (Detail.DISTINCT, Detail.FLAT):
    work_features(_DRAWN, _detail)
query_features(_DRAWN)
_GRAIN = np.random.default_rng(0).integers(120, 136, (256, 256, 3), dtype=np.uint8)
work_features(_GRAIN, Detail.NOISY)
query_features(_GRAIN)
