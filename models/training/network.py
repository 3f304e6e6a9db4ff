"""The sister network. The same layers, in TensorFlow.js, are what `twintrack train siamese` trains."""

import torch
from torch import nn

STRIPES = 4
EMBEDDING = 128
HIDDEN = 32


class ConvBn(nn.Sequential):
    """3x3 convolution (padding 1) and batch norm."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """y = relu(x + convbn(relu(convbn(x))))"""

    def __init__(self, channels):
        super().__init__()
        self.first, self.second = ConvBn(channels, channels), ConvBn(channels, channels)
        nn.init.zeros_(self.second[1].weight)

    def forward(self, x):
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Down(nn.Module):
    """y = relu(convbn(x)), halving height and width"""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = ConvBn(inputs, outputs, 2)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Sister(nn.Module):
    """Patches [n, 3, 128, 64], planes R, G, B, 0 to 255, to embeddings [n, 128] before the unit length."""

    def __init__(self, widths=(32, 32, 64, 128), blocks=(0, 1, 2, 2)):
        super().__init__()
        layers, inputs = [], 3
        for width, count in zip(widths, blocks):
            layers += [Down(inputs, width)] + [Block(width) for _ in range(count)]
            inputs = width
        self.layers = nn.Sequential(*layers)
        self.project = nn.Linear(inputs * (STRIPES + 1), EMBEDDING, bias=False)
        self.norm = nn.BatchNorm1d(EMBEDDING)

    def pooled(self, patches):
        """Means of four horizontal stripes, channel by channel, then the maxima: [n, 640]"""
        x = self.layers((patches - 127.5) / 64)
        stripes = x.unflatten(2, (STRIPES, -1)).mean((3, 4))  # [n, channels, stripes]
        return torch.cat([stripes.flatten(1), x.amax((2, 3))], 1)

    def forward(self, patches):
        return self.norm(self.project(self.pooled(patches)))


class Head(nn.Module):
    """Two embeddings to the logit of 'the same person'."""

    def __init__(self):
        super().__init__()
        self.hidden, self.out = nn.Linear(EMBEDDING, HIDDEN), nn.Linear(HIDDEN, 1)
        # begins as a falling function of weighted sums of |a - b|
        nn.init.uniform_(self.hidden.weight, 0, 0.4)
        nn.init.zeros_(self.hidden.bias)
        nn.init.constant_(self.out.weight, -8 / HIDDEN)
        nn.init.constant_(self.out.bias, 16)

    def forward(self, a, b):
        return self.out(torch.relu(self.hidden((a - b).abs())))
