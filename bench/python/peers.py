"""
Trackers of Python at their defaults on the detections of a MOT root (SEQ/DET, SEQ/seqinfo.ini), each into OUT/PEER/SEQ.txt.
bench/peers.ts scores them.

    python -m venv peers
    peers/bin/pip install --no-deps trackers boxmot ultralytics
    peers/bin/pip install numpy scipy 'opencv-python-headless<5' lapx pyyaml supervision 'filterpy<2' loguru rich psutil
    peers/bin/python bench/python/peers.py MOT_ROOT DET OUT [--only PEER …]

Peers that OUT has already are left as they are.

Boxes only: re-identification and camera motion are off, as there are no pictures; a picture that must be there is black. The frame rate is
given to the trackers that take one. `trackers` needs no PyTorch, boxmot and ultralytics only import it (without_torch.py).

OUT/PEER/peer.json gets name, version, and CPU milliseconds a frame of the tracker alone, on one thread.
"""
import os

os.environ.update({f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")})
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")

import argparse
import configparser
import functools
import importlib.metadata
import json
import pathlib
import time

import numpy as np
import supervision as sv

import without_torch  # noqa: F401 (before what imports PyTorch)
import trackers
import ultralytics.trackers
from boxmot.trackers.factory import create_tracker
from boxmot.trackers.specs import TrackerSpec
from ultralytics.utils import YAML, IterableSimpleNamespace
from ultralytics.utils.checks import check_yaml

# A peer is a function of a frame rate and a black picture. It returns two functions: what makes the tracker's input of the corners and scores of
# a frame (not timed), and the tracker's step (timed). The step returns rows: left, top, right, bottom, id.


def roboflow(kind, rate, _, **options):
    tracker = kind(frame_rate=rate, **options)

    def step(detections):
        tracked = tracker.update(detections)
        known = tracked.tracker_id >= 0
        return np.column_stack([tracked.xyxy[known], tracked.tracker_id[known]])

    return lambda corners, scores: sv.Detections(corners, confidence=scores, class_id=np.zeros(len(scores), int)), step


def boxmot(name, rate, picture, takes_rate=False, **options):
    options |= {"frame_rate": round(rate)} if takes_rate else {}
    tracker = create_tracker(TrackerSpec(name, options=tuple(sorted(options.items()))))
    rows = lambda corners, scores: np.column_stack([corners, scores, np.zeros(len(scores))]).astype(np.float32)
    return rows, lambda detections: tracker.update(detections, picture)[:, :5]


class Boxes:
    """Detections as ultralytics hands them to its trackers."""

    def __init__(self, xywh, conf):
        self.xywh, self.conf, self.cls = xywh, conf, np.zeros(len(conf), np.float32)

    def __len__(self):
        return len(self.conf)

    def __getitem__(self, which):
        return Boxes(self.xywh[which], self.conf[which])

    @property
    def xyxy(self):
        half = self.xywh[:, 2:] / 2
        return np.concatenate([self.xywh[:, :2] - half, self.xywh[:, :2] + half], axis=1)


def of_ultralytics(name, _, picture):
    settings = IterableSimpleNamespace(**YAML.load(check_yaml(f"{name}.yaml")))
    settings.gmc_method = "none"
    tracker = ULTRALYTICS[name](settings)

    def boxes(corners, scores):
        low, high = corners[:, :2], corners[:, 2:]
        return Boxes(np.concatenate([(low + high) / 2, high - low], axis=1).astype(np.float32), scores.astype(np.float32))

    def step(detections):
        return np.asarray(tracker.update(detections, picture)).reshape(-1, 8)[:, :5]

    return boxes, step


ULTRALYTICS = {
    "bytetrack": ultralytics.trackers.BYTETracker,
    "botsort": ultralytics.trackers.BOTSORT,
    "tracktrack": ultralytics.trackers.TRACKTRACK,
}
without_pictures = {"use_embeddings": False, "use_cmc": False}
PEERS = {
    "roboflow SORT": ("trackers", functools.partial(roboflow, trackers.SORTTracker)),
    "roboflow ByteTrack": ("trackers", functools.partial(roboflow, trackers.ByteTrackTracker)),
    "roboflow OC-SORT": ("trackers", functools.partial(roboflow, trackers.OCSORTTracker)),
    "roboflow BoT-SORT": ("trackers", functools.partial(roboflow, trackers.BoTSORTTracker, enable_cmc=False)),
    "roboflow C-BIoU": ("trackers", functools.partial(roboflow, trackers.CBIoUTracker)),
    "boxmot ByteTrack": ("boxmot", functools.partial(boxmot, "bytetrack", takes_rate=True)),
    "boxmot OC-SORT": ("boxmot", functools.partial(boxmot, "ocsort")),
    "boxmot BoT-SORT": ("boxmot", functools.partial(boxmot, "botsort", takes_rate=True, **without_pictures)),
    "ultralytics ByteTrack": ("ultralytics", functools.partial(of_ultralytics, "bytetrack")),
    "ultralytics BoT-SORT": ("ultralytics", functools.partial(of_ultralytics, "botsort")),
    "ultralytics TrackTrack": ("ultralytics", functools.partial(of_ultralytics, "tracktrack")),
}


def read_sequence(folder, det):
    """Frame rate, a black picture, and for each frame corners and scores."""
    info = configparser.ConfigParser()
    info.read(folder / "seqinfo.ini")
    info = info["Sequence"]
    picture = np.zeros((int(info["imHeight"]), int(info["imWidth"]), 3), np.uint8)
    rows = np.loadtxt(folder / det, delimiter=",", usecols=range(7), ndmin=2)
    corners = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
    frames = [(corners[here], rows[here, 6]) for here in (rows[:, 0] == f + 1 for f in range(int(info["seqLength"])))]
    return float(info["frameRate"]), picture, frames


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("det")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args()
    sequences = {path.parent.name: read_sequence(path.parent, options.det) for path in sorted(options.root.glob(f"*/{options.det}"))}
    for peer in options.only:
        package, make = PEERS[peer]
        if (options.out / peer / "peer.json").exists():
            continue
        seconds = 0
        (options.out / peer).mkdir(parents=True, exist_ok=True)
        for name, (rate, picture, frames) in sequences.items():
            take, step = make(rate, picture)
            with open(options.out / peer / f"{name}.txt", "w") as file:
                for number, frame in enumerate(frames, 1):
                    detections = take(*frame)
                    started = time.process_time()
                    tracks = step(detections)
                    seconds += time.process_time() - started
                    for left, top, right, bottom, person in tracks:
                        box = f"{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f}"
                        file.write(f"{number},{int(person)},{box},1,-1,-1,-1\n")
        ms = 1000 * seconds / sum(len(frames) for *_, frames in sequences.values())
        about = {"name": peer, "version": f"{package} {importlib.metadata.version(package)}", "ms": ms}
        (options.out / peer / "peer.json").write_text(json.dumps(about))


main()
