"""What the teacher says of the training crops, and which people of the training sets may also be in the validation set.

    python teacher.py --data REID_FOLDER --teacher person-reidentification-retail-0286.onnx --out DIR
"""

import argparse
import os

import numpy as np
import onnx
import openvino
from onnx import numpy_helper
from PIL import Image

import crops

BATCH = 16

# A person of a training set is left out where the mean similarity with a validation person, by the teacher, is above this.
# Of the validation people, nine in ten are more similar than 0.32 to themselves across the cameras. CUHK03 numbers its people once, so
# there only near-certain doubles go, from the detected crops the same as from the labelled ones.
LIMITS = {"cuhk01": 0.32, "cuhk03-train-labeled": 0.5, "prw-c6": 1.0}


class Teacher:
    """The network in batches, on one core, in bfloat16 where the processor has it. Its file is made for one patch at a time."""

    def __init__(self, file):
        model = onnx.load(file)
        shapes = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
        for weight in model.graph.initializer:
            if weight.name in shapes:
                shape = numpy_helper.to_array(weight).copy()
                shape[0] = 0  # as many as there are
                weight.CopyFrom(numpy_helper.from_array(shape, weight.name))
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = BATCH
        del model.graph.value_info[:]
        core = openvino.Core()
        self.run = core.compile_model(core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1})

    def embed(self, images, mirrored=False):
        """Unit embeddings of uint8 [n, 144, 72, 3], or their mean with those of the mirror images; it takes 256 x 128, planes B, G, R, 0 to 255."""
        out = []
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            x = np.zeros((BATCH, 3, 256, 128), np.float32)
            for patch, image in zip(x, part):
                patch[:] = np.asarray(Image.fromarray(image).resize((128, 256), Image.BILINEAR))[:, :, ::-1].transpose(2, 0, 1)
            y = unit(self.run(x)[0])
            if mirrored:
                y = unit(y + unit(self.run(np.ascontiguousarray(x[..., ::-1]))[0]))
            out.append(y[: len(part)])
        return np.concatenate(out)


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


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
    teacher = Teacher(options.teacher)
    images, val_people, _, _ = crops.read_set(options.data, "cuhk03-val")
    val = teacher.embed(images, mirrored=True)
    for name in crops.SETS:
        images, people, _, files = crops.read_set(options.data, name)
        embeddings = teacher.embed(images, mirrored=True)
        if name in LIMITS:
            excluded = too_similar(embeddings, people, val, val_people, LIMITS[name])
        print(f"{name}: {len(files)} crops, {len(excluded)} people left out as perhaps in the validation set", flush=True)
        np.savez(os.path.join(options.out, f"teacher-{name}.npz"), embeddings=embeddings, files=files, excluded=excluded)


if __name__ == "__main__":
    main()
