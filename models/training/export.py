"""Writes the trained network as the two ONNX files, batch norms folded, the head calibrated on people the training never saw.

    python export.py --state DIR/state.pt --data REID_FOLDER --out MODELS_FOLDER
"""

import argparse
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import crops
from network import EMBEDDING, STRIPES, Block, Head, Sister

OPSET = 17


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, values, kind=np.float32):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def add(self, kind, inputs, output=None, **attributes):
        output = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def save(self, file, name, inputs, output):
        def value(of, shape):
            return helper.make_tensor_value_info(of, TensorProto.FLOAT, ["n", *shape])

        graph = helper.make_graph(
            self.nodes, name, [value(*i) for i in inputs], [value(*output)], self.weights
        )
        model = helper.make_model(graph, producer_name="twintrack", opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        with open(file, "wb") as out:
            out.write(model.SerializeToString(deterministic=True))


def folded(conv, norm):
    gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
    weight = conv.weight.detach() * gain.view(-1, *[1] * (conv.weight.dim() - 1))
    return weight.numpy(), (norm.bias - norm.running_mean * gain).detach().numpy()


def embedding(model, file):
    g = Graph()

    def conv(x, part, name):
        weight, bias = folded(part[0], part[1])
        names = [g.weight(f"{name}.weight", weight), g.weight(f"{name}.bias", bias)]
        stride = part[0].stride
        return g.add("Conv", [x, *names], kernel_shape=[3, 3], strides=list(stride), pads=[1, 1, 1, 1])

    x = g.add("Sub", ["patches", g.weight("mean", [127.5])])
    x = g.add("Mul", [x, g.weight("scale", [1 / 64])])
    for index, layer in enumerate(model.layers):
        name = f"layers.{index}"
        if isinstance(layer, Block):
            inner = g.add("Relu", [conv(x, layer.first, f"{name}.first")])
            x = g.add("Add", [x, conv(inner, layer.second, f"{name}.second")])
        else:
            x = conv(x, layer.conv, f"{name}.conv")
        x = g.add("Relu", [x])
    height, width = 8 // STRIPES, 4
    stripes = g.add("AveragePool", [x], kernel_shape=[height, width], strides=[height, width])
    parts = [g.add("Flatten", [stripes], axis=1), g.add("Flatten", [g.add("GlobalMaxPool", [x])], axis=1)]
    x = g.add("Concat", parts, axis=1)
    weight, bias = folded(model.project, model.norm)
    x = g.add("Gemm", [x, g.weight("project.weight", weight), g.weight("project.bias", bias)], transB=1)
    length = g.add("ReduceL2", [x], axes=[1], keepdims=1)
    length = g.add("Max", [length, g.weight("least", [1e-12])])
    g.add("Div", [x, length], "embeddings")
    g.save(file, "siamese-embedding", [("patches", [3, 128, 64])], ("embeddings", [EMBEDDING]))


def similarity(head, file):
    g = Graph()
    x = g.add("Abs", [g.add("Sub", ["a", "b"])])
    for name in ("hidden", "out"):
        layer = getattr(head, name)
        names = [g.weight(f"{name}.{part}", getattr(layer, part).detach().numpy()) for part in ("weight", "bias")]
        x = g.add("Gemm", [x, *names], transB=1)
        if name == "hidden":
            x = g.add("Relu", [x])
    g.add("Sigmoid", [x], "similarity")
    g.save(file, "siamese-head", [("a", [EMBEDDING]), ("b", [EMBEDDING])], ("similarity", [1]))


def calibrate(head, unit, people, cameras):
    """Scales and shifts the logit so that 0.5 parts a balanced set of pairs across the two cameras, by maximum likelihood."""
    a, b = unit[cameras == 0], unit[cameras == 1]
    with torch.no_grad():
        logit = head(a[:, None], b[None])[..., 0].flatten()
    same = torch.from_numpy(people[cameras == 0][:, None] == people[cameras == 1]).flatten()
    weight = torch.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
    scale, shift = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    solver = torch.optim.LBFGS([scale, shift], max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        solver.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(
            logit * scale + shift, same.float(), weight, reduction="sum"
        )
        value.backward()
        return value

    solver.step(loss)
    with torch.no_grad():
        head.out.weight.mul_(scale)
        head.out.bias.mul_(scale).add_(shift)
    print(f"calibrated on {len(unit)} crops of {len(set(people))} held-out people: logit x {scale:.3f} {shift:+.3f}, loss {loss():.4f}")


def main():
    options = argparse.ArgumentParser()
    for name in ("state", "data", "out"):
        options.add_argument(f"--{name}", required=True)
    options = options.parse_args()
    state = torch.load(options.state, map_location="cpu", weights_only=False)
    model, head = Sister().eval(), Head()
    model.load_state_dict(state["average"])
    head.load_state_dict(state["head"])
    images, people, cameras = crops.held_out(options.data)
    from train import embed

    calibrate(head, embed(model, images).clone(), people, cameras)
    embedding(model.eval(), os.path.join(options.out, "siamese-embedding.onnx"))
    similarity(head, os.path.join(options.out, "siamese-head.onnx"))


if __name__ == "__main__":
    main()
