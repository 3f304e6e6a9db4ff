"""What cameras, detectors and crowds do to a picture of a person, on whole batches."""

import torch
import torch.nn.functional as F

SIZE = (128, 64)


def uniform(n, low, high, dims=3):
    return torch.empty(n, *[1] * dims).uniform_(low, high)


def chance(n, p, dims=3):
    return torch.rand(n, *[1] * dims) < p


def shifted(x):
    """Crop shift, scale and aspect as a detector errs; half of them mirrored. [n, 3, 144, 72] to [n, 3, 128, 64]"""
    n = len(x)
    theta = torch.zeros(n, 2, 3)
    scale = torch.empty(n).uniform_(0.78, 1.1)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    theta[:, 0, 0] = scale * torch.empty(n).uniform_(0.88, 1.12) * mirror
    theta[:, 1, 1] = scale * torch.empty(n).uniform_(0.94, 1.06)
    theta[:, 0, 1] = torch.empty(n).uniform_(-0.04, 0.04)
    theta[:, 0, 2] = torch.empty(n).uniform_(-0.14, 0.14)
    theta[:, 1, 2] = torch.empty(n).uniform_(-0.1, 0.1)
    grid = F.affine_grid(theta, [n, 3, *SIZE], align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def coarse(x):
    """Fewer pixels and back, or a blur: four sizes a batch, on six in ten of the patches."""
    parts = []
    for part in x.chunk(4):
        width = int(torch.randint(14, 48, ()))
        small = F.interpolate(part, (int(width * torch.empty(()).uniform_(1.9, 2.4)), width), mode="area")
        if torch.rand(()) < 0.3:
            small = F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)
        back = F.interpolate(small, SIZE, mode="bilinear" if torch.rand(()) < 0.7 else "bicubic", align_corners=False)
        parts.append(torch.where(chance(len(part), 0.6), back, part))
    return torch.cat(parts).clamp(0, 255)


def recoloured(x):
    """Gain, contrast, saturation and tint."""
    n = len(x)
    grey = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)
    x = grey + (x - grey) * uniform(n, 0.6, 1.35)
    mean = grey.mean((2, 3), keepdim=True)
    x = mean + (x - mean) * uniform(n, 0.7, 1.3)
    tint = torch.empty(n, 3, 1, 1).uniform_(0.93, 1.07)
    return (x * tint * uniform(n, 0.7, 1.35)).clamp(0, 255)


def rectangles(n, heights, widths):
    """Masks [n, 1, 128, 64] of one rectangle each: (low, high) parts of height and width, anywhere."""
    h, w = uniform(n, *heights), uniform(n, *widths)
    top, left = torch.rand(n, 1, 1, 1) * (1 - h), torch.rand(n, 1, 1, 1) * (1 - w)
    y = (torch.arange(SIZE[0]) + 0.5).view(1, 1, -1, 1) / SIZE[0]
    x = (torch.arange(SIZE[1]) + 0.5).view(1, 1, 1, -1) / SIZE[1]
    return (y > top) & (y < top + h) & (x > left) & (x < left + w)


def occluded(x):
    """Another person of the batch from one side or from below, shifted into the picture."""
    n = len(x)
    other = x[torch.randperm(n)]
    share = uniform(n, 0.15, 0.45)
    side = torch.randint(0, 3, (n, 1, 1, 1))
    columns = (torch.arange(SIZE[1]) + 0.5).view(1, 1, 1, -1) / SIZE[1]
    rows = (torch.arange(SIZE[0]) + 0.5).view(1, 1, -1, 1) / SIZE[0]
    mask = torch.where(side == 0, columns < share, torch.where(side == 1, columns > 1 - share, rows > 1 - share))
    moved = torch.where(side == 0, other.roll(-SIZE[1] // 2, 3), torch.where(side == 1, other.roll(SIZE[1] // 2, 3), other.roll(SIZE[0] // 2, 2)))
    return torch.where(mask & chance(n, 0.25), moved, x)


def erased(x):
    """A rectangle of one colour or of noise."""
    n = len(x)
    fill = torch.rand(n, 3, 1, 1) * 255 + torch.randn(1, 3, *SIZE) * 40 * chance(n, 0.5)
    return torch.where(rectangles(n, (0.1, 0.5), (0.2, 0.7)) & chance(n, 0.35), fill.clamp(0, 255), x)


def augment(crops):
    """uint8 [n, 3, 144, 72] to float [n, 3, 128, 64], 0 to 255."""
    x = occluded(shifted(crops.float()))
    return erased(recoloured(coarse(x)))


def plain(crops):
    """As the tracker sees them: the crop resized, nothing else."""
    return F.interpolate(crops.float(), SIZE, mode="bilinear", antialias=True, align_corners=False)
