"""What the teacher says of the training crops, and which people of the training sets may also be in the validation set.

    python teacher.py --data REID_FOLDER --teacher person-reidentification-retail-0286.onnx --out DIR
"""

import argparse
import os

import numpy as np
import onnxruntime
from PIL import Image

import crops

# A person of a training set is left out where the mean similarity with a validation person, by the teacher, is above this.
# Of the validation people, nine in ten are more similar than 0.32 to themselves across the cameras. CUHK03 numbers its people once, so
# there only near-certain doubles go.
LIMITS = {"cuhk01": 0.32, "cuhk03-train-labeled": 0.5, "prw-c6": 1.0}


def embed(session, images):
    """Unit embeddings; the network takes 256 x 128, planes B, G, R, 0 to 255, one patch at a time."""
    out = []
    for image in images:
        large = np.asarray(Image.fromarray(image).resize((128, 256), Image.BILINEAR), np.float32)
        out.append(session.run(None, {"data": np.ascontiguousarray(large[:, :, ::-1].transpose(2, 0, 1))[None]})[0][0])
    out = np.stack(out)
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def too_similar(embeddings, people, val, val_people, limit):
    similarity = embeddings @ val.T
    return [
        person
        for person in np.unique(people)
        if max(similarity[np.ix_(people == person, val_people == other)].mean() for other in np.unique(val_people)) > limit
    ]


def main():
    options = argparse.ArgumentParser()
    for name in ("data", "teacher", "out"):
        options.add_argument(f"--{name}", required=True)
    options = options.parse_args()
    os.makedirs(options.out, exist_ok=True)
    session = onnxruntime.InferenceSession(options.teacher)
    images, val_people, _, _ = crops.read_set(options.data, "cuhk03-val")
    val = embed(session, images)
    for name, limit in LIMITS.items():
        images, people, _, files = crops.read_set(options.data, name)
        embeddings = embed(session, images)
        excluded = too_similar(embeddings, people, val, val_people, limit)
        print(f"{name}: {len(files)} crops, {len(excluded)} people left out as perhaps in the validation set", flush=True)
        np.savez(os.path.join(options.out, f"teacher-{name}.npz"), embeddings=embeddings, files=files, excluded=excluded)


if __name__ == "__main__":
    main()
