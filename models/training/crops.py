"""The training crops, in memory: pictures, identities, and what the teacher says of them."""

import csv
import io
import os
import tarfile
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

HEIGHT, WIDTH = 144, 72  # stored size; the network sees 128 x 64 of it
HELD = 20  # every twentieth person of CUHK03 is held out
SETS = ["cuhk03-train-labeled", "cuhk03-train-detected", "cuhk01", "prw-c6"]


def read_set(folder, name):
    """Crops of FOLDER/NAME.tar as uint8 [n, 144, 72, 3] with person and camera of each, in order of file name."""
    images, people, cameras, names = [], [], [], []
    with tarfile.open(os.path.join(folder, name + ".tar")) as tar:
        members = {os.path.basename(m.name): m for m in tar.getmembers() if m.name.endswith(".jpg")}
        rows = None
        for m in tar.getmembers():
            if m.name.endswith("boxes.csv"):
                table = csv.DictReader(io.TextIOWrapper(tar.extractfile(m)))
                rows = {r["crop"]: r for r in table}
        for file in sorted(members):
            picture = Image.open(tar.extractfile(members[file])).convert("RGB")
            images.append(np.asarray(picture.resize((WIDTH, HEIGHT), Image.BILINEAR)))
            if rows is None:  # ID_<camera><n>.jpg
                people.append(int(file.split("_")[0]))
                cameras.append(ord(file.split("_")[1][0]) - ord("a"))
            else:
                people.append(int(rows[file]["track"]))
                cameras.append(0)
            names.append(file)
    return np.stack(images), np.array(people), np.array(cameras), names


class Mixtures:
    """People who do not exist, and what the teacher says of them: on disk, as mixtures.py wrote them."""

    def __init__(self, folder):
        self.images = np.load(os.path.join(folder, "mixtures.npy"), mmap_mode="r")  # uint8 [m, 3, 144, 72]
        self.taught = np.load(os.path.join(folder, "mixtures-taught.npy"), mmap_mode="r")  # unit [m, 256]

    def draw(self, rng, count):
        at = np.sort(rng.integers(len(self.images), size=count))
        return torch.from_numpy(self.images[at]), torch.from_numpy(self.taught[at])


@dataclass
class Data:
    images: torch.Tensor  # uint8 [n, 3, 144, 72]
    labels: np.ndarray  # 0 .. identities-1
    cameras: np.ndarray
    detected: np.ndarray  # whether the box is a detector's
    teacher: torch.Tensor  # unit [n, 256]
    mixtures: "Mixtures"
    held: tuple  # images, people, cameras of people kept out of the training
    val: tuple


def planes(images):
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()


def held_out(folder):
    """Every twentieth person of CUHK03's training part: kept out of the training, to calibrate on."""
    pictures, people, cameras, _ = read_set(folder, "cuhk03-train-labeled")
    keep = people % HELD == 7
    return planes(pictures[keep]), people[keep], cameras[keep]


def load(folder, taught_in):
    """Everything in memory; `taught_in` is the folder that teacher.py and mixtures.py wrote."""
    images, labels, cameras, detected, taught = [], [], [], [], []
    val = read_set(folder, "cuhk03-val")
    for name in SETS:
        pictures, people, seen, files = read_set(folder, name)
        known = np.load(os.path.join(taught_in, f"teacher-{name}.npz"))
        keep = ~np.isin(people, known["excluded"])
        if name.startswith("cuhk03"):
            keep &= people % HELD != 7
        images.append(pictures[keep])
        # the detected crops are of the same people as the labelled ones
        labels += [f"{name.removesuffix('-detected').removesuffix('-labeled')} {p}" for p in people[keep]]
        cameras.append(seen[keep])
        detected.append(np.full(keep.sum(), name.endswith("detected")))
        at = {file: i for i, file in enumerate(known["files"])}
        taught.append(known["embeddings"][[at[file] for file, kept in zip(files, keep) if kept]])
    return Data(
        planes(np.concatenate(images)),
        np.unique(labels, return_inverse=True)[1],
        np.concatenate(cameras),
        np.concatenate(detected),
        torch.from_numpy(np.concatenate(taught)).float(),
        Mixtures(taught_in),
        held_out(folder),
        (planes(val[0]), val[1], val[2]),
    )
