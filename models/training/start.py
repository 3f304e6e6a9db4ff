"""Takes a training up where the ONNX files of an earlier one left it."""

import os

import onnx
import torch
from onnx import numpy_helper

from network import Block


def weights(file):
    return {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in onnx.load(file).graph.initializer}


def unfold(conv, norm, weight, bias):
    """The folded convolution with a batch norm that does nothing but add the bias."""
    conv.weight.copy_(weight)
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.copy_(bias)


def settle(norm, inputs, _):
    """Gives a batch norm the statistics of its inputs without changing what it computes."""
    x = inputs[0].transpose(0, 1).flatten(1)
    mean, spread = x.mean(1), x.var(1, correction=0)
    old = torch.sqrt(norm.running_var + norm.eps)
    norm.bias.add_(norm.weight * (mean - norm.running_mean) / old)
    norm.weight.mul_(torch.sqrt(spread + norm.eps) / old)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(spread)


@torch.no_grad()
def take_up(model, head, folder, patches):
    """Loads FOLDER/siamese-*.onnx; `patches` float [n, 3, 128, 64] are typical of the training."""
    known = weights(os.path.join(folder, "siamese-embedding.onnx"))
    for index, layer in enumerate(model.layers):
        for name in ("first", "second") if isinstance(layer, Block) else ("conv",):
            part = getattr(layer, name)
            unfold(part[0], part[1], known[f"layers.{index}.{name}.weight"], known[f"layers.{index}.{name}.bias"])
    unfold(model.project, model.norm, known["project.weight"], known["project.bias"])
    norms = [m for m in model.modules() if isinstance(m, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d))]
    hooks = [norm.register_forward_hook(settle) for norm in norms]
    model.eval()(patches)
    model.train()
    for hook in hooks:
        hook.remove()
    for name, values in weights(os.path.join(folder, "siamese-head.onnx")).items():
        head.get_parameter(name).copy_(values)
