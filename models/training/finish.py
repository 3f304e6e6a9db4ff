"""After the training: the projection again, in closed form, and the head on it. Writes DIR/finished.pt for export.py.

The projection of the training is one of many that part the training people; Fisher's linear discriminant (1936) of the same features, with
shrunk covariance, is the one that parts them best for their spread, and carries further to unseen people. Shrinkage and weighting were
chosen on the held-out people.

    python finish.py --data REID_FOLDER --out DIR
"""

import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F

import crops
from augmentation import plain
from measures import area, auc, rank1
from network import EMBEDDING, Head, Sister
from train import embed

SHRINK, POWER = 1.0, 0.25
STEPS, PAIRS = 600, 1024


def discriminant(x, labels, shrink=SHRINK, power=POWER):
    """Projection [128, 640] and mean [640] of features, the columns of most difference between people first."""
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
    return (whiten @ vectors[:, chosen] * values[chosen] ** power / spread[:, None]).T, x.mean(0)


def pooled(model, images):
    model.eval()
    out = []
    for part in images.split(128):
        x = plain(part).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            out.append(model.pooled(x).float())
    return torch.cat(out).double().numpy()


def project(model, x, labels):
    """Puts the discriminant in the place of projection and batch norm."""
    weight, mean = discriminant(x, labels)
    norm = model.norm
    with torch.no_grad():
        model.project.weight.copy_(torch.from_numpy(weight))
        norm.running_mean.copy_(torch.from_numpy(weight @ mean))
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.fill_(1)
        norm.bias.zero_()
        return F.normalize(norm(model.project(torch.from_numpy(x).float())))


def train_head(unit, labels, cameras):
    """Binary cross-entropy on as many pairs of one person, across the cameras where there are two, as of two, half of these the most alike of many."""
    rng = np.random.default_rng(4)
    head, same = Head(), np.argsort(labels, kind="stable")
    optimiser = torch.optim.Adam(head.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    start = np.searchsorted(labels[same], labels)
    count = np.bincount(labels)[labels]
    for _ in range(STEPS):
        i = rng.integers(len(labels), size=4 * PAIRS)
        j = same[start[i] + rng.integers(1 << 30, size=len(i)) % count[i]]
        one = len({*cameras}) > 1 and np.isin(labels[i], labels[cameras == 1])
        fit = np.flatnonzero((i != j) & (~one | (cameras[i] != cameras[j])))[:PAIRS]
        i, j = i[fit], j[fit]
        k = rng.integers(len(labels), size=(len(i), 20))
        alike = (unit[i][:, None] * unit[k]).sum(2).masked_fill(torch.from_numpy(labels[k] == labels[i][:, None]), -2)
        hard = k[np.arange(len(i)), alike.argmax(1).numpy()]
        other = np.where(rng.random(len(i)) < 0.5, hard, k[:, 0])
        fine = np.flatnonzero(labels[other] != labels[i])
        logit = head(unit[np.r_[i, i[fine]]], unit[np.r_[j, other[fine]]])[:, 0]
        target = torch.cat([torch.ones(len(i)), torch.zeros(len(fine))])
        loss = F.binary_cross_entropy_with_logits(logit, target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    print(f"head: loss {loss.item():.4f} on pairs of the training")
    return head


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--data", required=True)
    options.add_argument("--out", required=True)
    options = options.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = Sister().to(memory_format=torch.channels_last)
    model.load_state_dict(torch.load(os.path.join(options.out, "state.pt"), weights_only=False)["average"])
    images, people, cameras = crops.held_out(options.data)
    data = crops.load(options.data, options.out)
    # the detected crops show the same once more
    kept = np.flatnonzero(~data.detected)
    unit = project(model, pooled(model, data.images[kept]), data.labels[kept])
    head = train_head(unit, data.labels[kept], data.cameras[kept])
    held = embed(model, images).clone()
    with torch.no_grad():
        scores = head(held[cameras == 0][:, None], held[cameras == 1][None])[..., 0].numpy()
    same = people[cameras == 0][:, None] == people[cameras == 1]
    print(f"held out: rank-1 {rank1(held.numpy(), people, cameras):.3f}, AUC {auc(held.numpy(), people, cameras):.4f}, head {area(scores.ravel(), same.ravel()):.4f}")
    torch.save(dict(average=model.state_dict(), head=head.state_dict()), os.path.join(options.out, "finished.pt"))


if __name__ == "__main__":
    main()
