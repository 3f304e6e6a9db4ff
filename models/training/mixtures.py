"""People who do not exist, for the teacher to describe: the upper part of one crop on the lower part of another, in other colours, half of
them with few pixels. They show the student more kinds of appearance than the data sets have.

    python mixtures.py --data REID_FOLDER --teacher person-reidentification-retail-0286.onnx --out DIR [--count 96000]
"""

import argparse
import os

import numpy as np
from numpy.lib.format import open_memmap
from PIL import Image

import crops
from teacher import Teacher

CHUNK = 500


def recoloured(image, rng):
    """The planes in another order, or some of one in another; half of them with other middle tones: dark clothes, bright streets."""
    mix = np.eye(3)[rng.permutation(3)] * 0.8 + rng.dirichlet(np.ones(3), 3) * 0.2 if rng.random() < 0.5 else np.eye(3)
    image = np.clip(image @ mix.T * rng.uniform(0.7, 1.4), 0, 255)
    return 255 * (image / 255) ** np.exp(rng.uniform(-0.5, 1)) if rng.random() < 0.5 else image


def mixture(images, rng):
    upper, lower = (recoloured(images[rng.integers(len(images))].astype(np.float32), rng) for _ in range(2))
    at = rng.uniform(0.35, 0.65) * crops.HEIGHT
    share = np.clip((np.arange(crops.HEIGHT) - at) / 4 + 0.5, 0, 1)[:, None, None] * (rng.random() < 0.7)
    picture = Image.fromarray((upper * (1 - share) + lower * share + 0.5).astype(np.uint8))
    if rng.random() < 0.5:
        width = int(rng.integers(16, 50))
        picture = picture.resize((width, 2 * width), Image.BOX).resize((crops.WIDTH, crops.HEIGHT), Image.BILINEAR)
    return np.asarray(picture)


def main():
    options = argparse.ArgumentParser()
    for name in ("data", "teacher", "out"):
        options.add_argument(f"--{name}", required=True)
    options.add_argument("--count", type=int, default=96_000)
    options = options.parse_args()
    teacher = Teacher(options.teacher)
    kept = []
    for name in ("cuhk03-train-labeled", "cuhk01", "prw-c6"):
        images, people, _, _ = crops.read_set(options.data, name)
        known = np.load(os.path.join(options.out, f"teacher-{name}.npz"))
        keep = ~np.isin(people, known["excluded"])
        if name.startswith("cuhk03"):
            keep &= people % crops.HELD != 7
        kept.append(images[keep])
    kept, rng = np.concatenate(kept), np.random.default_rng(3)
    file, n = os.path.join(options.out, "mixtures.npy"), options.count
    pictures = open_memmap(file + ".new", "w+", np.uint8, (n, 3, crops.HEIGHT, crops.WIDTH))
    taught = open_memmap(os.path.join(options.out, "mixtures-taught.npy"), "w+", np.float32, (n, 256))
    for start in range(0, n, CHUNK):
        more = np.stack([mixture(kept, rng) for _ in range(min(CHUNK, n - start))])
        pictures[start : start + len(more)] = more.transpose(0, 3, 1, 2)
        taught[start : start + len(more)] = teacher.embed(more)
        print(f"{start + len(more)} mixtures", flush=True)
    os.replace(file + ".new", file)


if __name__ == "__main__":
    main()
