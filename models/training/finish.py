"""After the training: the projection again, in closed form, and the head on it. Writes DIR/finished.pt for export.py.

The projection of the training is one of many. Two others of the same features carry further to unseen people: Fisher's linear discriminant
(1936) with shrunk covariance, which parts the training people best for their spread, and the least squares map onto the teacher's embedding, also
of people who do not exist. The first is the better one on CUHK03, the second in another camera; the embedding is both, halved in size. Shrinkage
and weighting were chosen on the held-out people and CUHK03 val, the share with the sample in view.

    python finish.py --data REID_FOLDER --out DIR
"""

import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F
from scipy.linalg import hadamard

import crops
from augmentation import plain
from measures import area, auc, rank1
from network import EMBEDDING, Head, Sister
from train import embed

SHRINK, POWER = 0.3, 0.0
SHARE, RIDGE = 0.5, 0.03  # of the discriminant in the similarity; of the variance
TAUGHT = 16_000  # mixtures
STEPS, PAIRS = 1500, 1024
SLOPE, LEVEL = 8, 0.35  # of the logit over the cosine, before it is calibrated


def discriminant(x, labels, shrink=SHRINK, power=POWER):
    """Projection [128, 640] of features, the rows of most difference between people first."""
    spread = x.std(0) + 1e-6
    z = x / spread
    n = labels.max() + 1
    means = np.stack([np.bincount(labels, column, n) for column in z.T], 1) / np.bincount(labels, minlength=n)[:, None]
    rest = z - means[labels]
    within = rest.T @ rest / (len(z) - n)
    within += shrink * np.trace(within) / len(within) * np.eye(len(within))
    whiten = np.linalg.cholesky(np.linalg.inv(within))
    values, vectors = np.linalg.eigh(whiten.T @ np.cov(means.T) @ whiten)
    chosen = np.argsort(-values)[:EMBEDDING]
    return (whiten @ vectors[:, chosen] * values[chosen] ** power / spread[:, None]).T


def likeness(x, taught):
    """Projection [256, 640] of features onto the teacher's embedding, by ridge regression."""
    spread = x.std(0) + 1e-6
    z = (x - x.mean(0)) / spread
    return np.linalg.solve(z.T @ z + RIDGE * len(z) * np.eye(z.shape[1]), z.T @ (taught - taught.mean(0))).T / spread


def joined(x, parted, alike, share=SHARE):
    """Projection [128, 640] whose similarity is nearest to that of both, `share` and the rest, over features x around their mean."""
    x = x - x.mean(0)
    both = [np.sqrt(part) / np.sqrt(np.square(x @ w.T).sum(1).mean()) * w for part, w in ((share, parted), (1 - share, alike))]
    both = np.concatenate(both)
    values = x @ both.T
    most = np.linalg.eigh(values.T @ values)[1][:, : -EMBEDDING - 1 : -1].T @ both
    # turned so that all numbers weigh alike: sums of |a - b|, of which the head is made, then say nearly what the distance says
    return hadamard(EMBEDDING) / np.sqrt(EMBEDDING) @ most


def pooled(model, images):
    model.eval()
    out = []
    for part in images.split(128):
        x = plain(part).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            out.append(model.pooled(x).float())
    return torch.cat(out).double().numpy()


def project(model, weight, mean):
    """Puts a projection of features around a mean in the place of the trained one and its batch norm."""
    norm = model.norm
    with torch.no_grad():
        model.project.weight.copy_(torch.from_numpy(weight))
        norm.running_mean.copy_(torch.from_numpy(weight @ mean))
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.fill_(1)
        norm.bias.zero_()


def train_head(unit, labels):
    """Cross-entropy against the cosine of pairs: of one person (`labels` are of the first rows) and of the most alike of some others. Who is who
    has shaped the embedding already; the same people once more would only teach the head to know them."""
    rng = np.random.default_rng(4)
    head, order = Head(), np.argsort(labels, kind="stable")
    optimiser = torch.optim.Adam(head.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        first = rng.integers(len(order) - 3, size=PAIRS // 2)
        beside = first + rng.integers(1, 4, size=len(first))  # of the same person for the most part
        i, others = rng.integers(len(unit), size=PAIRS), rng.integers(len(unit), size=(PAIRS, 8))
        nearest = others[np.arange(PAIRS), (unit[i][:, None] * unit[others]).sum(2).argmax(1).numpy()]
        a, b = unit[np.r_[order[first], i]], unit[np.r_[order[beside], nearest]]
        loss = F.binary_cross_entropy_with_logits(head(a, b)[:, 0], torch.sigmoid(SLOPE * ((a * b).sum(1) - LEVEL)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    print(f"head: loss {loss.item():.4f} against the cosine")
    return head


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--data", required=True)
    options.add_argument("--out", required=True)
    options = options.parse_args()
    torch.manual_seed(1)
    model = Sister().to(memory_format=torch.channels_last)
    model.load_state_dict(torch.load(os.path.join(options.out, "state.pt"), map_location="cpu", weights_only=False)["average"])
    images, people, cameras = crops.held_out(options.data)
    data = crops.load(options.data, options.out)
    # the detected crops show the same once more
    kept = np.flatnonzero(~data.detected)
    own, labels, taught = pooled(model, data.images[kept]), data.labels[kept], data.teacher[kept].numpy()
    mixtures, more = data.mixtures.draw(np.random.default_rng(5), TAUGHT)
    everything = np.concatenate([own, pooled(model, mixtures)])
    weight = joined(everything, discriminant(own, labels), likeness(everything, np.concatenate([taught, more.numpy()])))
    mean = own.mean(0)
    project(model, weight, mean)
    unit = F.normalize(torch.from_numpy((everything - mean) @ weight.T).float())
    head = train_head(unit, labels)
    held = embed(model, images).clone()
    with torch.no_grad():
        scores = head(held[cameras == 0][:, None], held[cameras == 1][None])[..., 0].numpy()
    same = people[cameras == 0][:, None] == people[cameras == 1]
    print(f"held out: rank-1 {rank1(held.numpy(), people, cameras):.3f}, AUC {auc(held.numpy(), people, cameras):.4f}, head {area(scores.ravel(), same.ravel()):.4f}")
    torch.save(dict(average=model.state_dict(), head=head.state_dict()), os.path.join(options.out, "finished.pt"))


if __name__ == "__main__":
    main()
