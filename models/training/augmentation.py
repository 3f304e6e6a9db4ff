"""What cameras, detectors and crowds do to a picture of a person, on whole batches."""

import torch
import torch.nn.functional as F

SIZE = (128, 64)


def uniform(n, low, high, dims=3):
    return torch.empty(n, *[1] * dims).uniform_(low, high)


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
    return moved(x, theta)


def nearly(x):
    """Half of them mirrored, and hardly another crop: what the teacher saw. [n, 3, 144, 72] to [n, 3, 128, 64]"""
    n = len(x)
    theta = torch.zeros(n, 2, 3)
    scale = torch.empty(n).uniform_(0.93, 1.03)
    theta[:, 0, 0] = scale * torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    theta[:, 1, 1] = scale
    theta[:, 0, 2] = torch.empty(n).uniform_(-0.05, 0.05)
    theta[:, 1, 2] = torch.empty(n).uniform_(-0.03, 0.03)
    return moved(x, theta)


def moved(x, theta):
    grid = F.affine_grid(theta, [len(x), 3, *SIZE], align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def some(n, p):
    """Indices of the share p of n, drawn."""
    return torch.nonzero(torch.rand(n) < p)[:, 0]


DCT = torch.cos(torch.arange(8)[:, None] * (torch.arange(8) + 0.5) * torch.pi / 8) / 2
DCT[0] /= 2**0.5
YUV = torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
FREQUENCY = torch.arange(8)[:, None] + torch.arange(8)


def compressed(x):
    """Blocks of 8 x 8 with few of their frequencies left, as video codecs leave them, colours coarser."""
    n, _, height, width = x.shape
    padded = F.pad(x, (0, -width % 8, 0, -height % 8), mode="replicate")
    blocks = torch.einsum("ij,njhw->nihw", YUV, padded).unflatten(3, (-1, 8)).unflatten(2, (-1, 8))  # n, 3, rows, 8, columns, 8
    step = (4 + 6 * FREQUENCY)[:, None] * torch.tensor([1.0, 2.0, 2.0]).view(3, 1, 1, 1, 1) * uniform(n, 0.3, 2, 5)
    waves = torch.einsum("uy,ncryks,vs->ncrukv", DCT, blocks, DCT)
    waves = (waves / step).round() * step
    back = torch.einsum("uy,ncrukv,vs->ncryks", DCT, waves, DCT).flatten(4, 5).flatten(2, 3)
    return torch.einsum("ij,njhw->nihw", YUV.inverse(), back)[:, :, :height, :width].clamp(0, 255)


def coarse(x):
    """Fewer pixels and back, blurred or sharpened, or a codec's blocks: another size for each of a person's patches, on half of them."""
    for start in range(4):
        chosen = torch.arange(start, len(x), 4)
        chosen = chosen[some(len(chosen), 0.6)]
        width = int(torch.randint(14, 48, ()))
        small = F.interpolate(x[chosen], (int(width * torch.empty(()).uniform_(1.9, 2.6)), width), mode="area")
        if torch.rand(()) < 0.5:
            blurred = F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)
            small = torch.lerp(small, blurred, torch.empty(()).uniform_(-1, 1)).clamp(0, 255)
        if torch.rand(()) < 0.5:
            small = compressed(small)
        x[chosen] = F.interpolate(small, SIZE, mode="bilinear", align_corners=False)
    return x


def recoloured(x):
    """Saturation, contrast, tint and gain, as one map of the colours of each patch."""
    n = len(x)
    grey = torch.tensor([0.299, 0.587, 0.114])
    saturation, contrast = uniform(n, 0.75, 1.25, 2), uniform(n, 0.8, 1.2, 2)
    gain = torch.empty(n, 3, 1).uniform_(0.95, 1.05) * uniform(n, 0.8, 1.25, 2)
    colours = saturation * torch.eye(3) + (1 - saturation) * grey.expand(3, 3)
    mean = (x.mean((2, 3)) @ grey).view(n, 1, 1)
    return torch.baddbmm(gain * (1 - contrast) * mean, gain * contrast * colours, x.flatten(2)).clamp_(0, 255).view_as(x)


def centres(length, shape):
    return ((torch.arange(length) + 0.5) / length).view(shape)


ROWS, COLUMNS = centres(SIZE[0], (1, 1, -1, 1)), centres(SIZE[1], (1, 1, 1, -1))


def occluded(x):
    """Another person of the batch from the left, the right or below, shifted into the picture."""
    chosen = some(len(x), 0.2)
    for part, side in zip(chosen.tensor_split(3), range(3)):
        other = x[torch.randint(0, len(x), (len(part),))]
        share = uniform(len(part), 0.15, 0.45)
        mask = (COLUMNS < share, COLUMNS > 1 - share, ROWS > 1 - share)[side]
        moved = other.roll(SIZE[0] // 2, 2) if side == 2 else other.roll(SIZE[1] // 2, 3)
        x[part] = torch.where(mask, moved, x[part])
    return x


def erased(x):
    """A rectangle of one colour or of noise, every third one a post from top to bottom."""
    chosen = some(len(x), 0.3)
    n = len(chosen)
    post = torch.rand(n, 1, 1, 1) < 0.33
    h, w = torch.where(post, 1, uniform(n, 0.1, 0.5)), torch.where(post, uniform(n, 0.08, 0.25), uniform(n, 0.2, 0.8))
    top, left = torch.rand(n, 1, 1, 1) * (1 - h), torch.rand(n, 1, 1, 1) * (1 - w)
    mask = (ROWS >= top) & (ROWS <= top + h) & (COLUMNS > left) & (COLUMNS < left + w)
    noise = torch.randn(1, 3, *SIZE) * 40 * (torch.rand(n, 1, 1, 1) < 0.5)
    x[chosen] = torch.where(mask, (torch.rand(n, 3, 1, 1) * 255 + noise).clamp(0, 255), x[chosen])
    return x


def augment(crops):
    """uint8 [n, 3, 144, 72] to float [n, 3, 128, 64], 0 to 255."""
    x = occluded(shifted(crops.float()))
    return erased(recoloured(coarse(x)))


def plain(crops):
    """As the tracker sees them: the crop resized, nothing else."""
    return F.interpolate(crops.float(), SIZE, mode="bilinear", antialias=True, align_corners=False)
