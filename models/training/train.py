"""Trains the sister network; DIR is the folder that teacher.py and mixtures.py wrote. See README.md of this folder.

    python train.py --data REID_FOLDER --out DIR [--minutes 180] [--start FOLDER]
"""

import argparse
import copy
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import crops
from augmentation import augment, nearly, plain
from measures import auc, rank1
from network import EMBEDDING, Head, Sister
from start import take_up
from torch import nn

PEOPLE, EACH, MIXTURES = 16, 4, 128
CHECK_SECONDS = 240
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Classes(nn.Module):
    """Cosine softmax over the identities, and the map onto the teacher's embedding: only for training."""

    def __init__(self, identities, scale=20.0, margin=0.15):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(identities, EMBEDDING) * 0.1)
        self.teacher = nn.Linear(EMBEDDING, 256)
        self.scale, self.margin = scale, margin

    @torch.no_grad()
    def begin(self, embeddings, labels, teacher):
        """Each identity where its pictures are, and the least squares map onto the teacher's."""
        means = torch.zeros_like(self.weight).index_add_(0, labels, embeddings)
        self.weight.copy_(F.normalize(means))
        scaled = embeddings * EMBEDDING**0.5
        self.teacher.weight.copy_(torch.linalg.lstsq(scaled, teacher).solution.T)
        self.teacher.bias.zero_()

    def forward(self, unit, labels):
        cosine = unit @ F.normalize(self.weight).T
        cosine = cosine - self.margin * F.one_hot(labels, len(self.weight))
        return F.cross_entropy(cosine * self.scale, labels, label_smoothing=0.1)


def triplet(similarity, same, margin=0.2):
    """Batch-hard: the least similar of the same person against the most similar other."""
    positive = similarity.masked_fill(~same, 2).amin(1)
    negative = similarity.masked_fill(same, -2).amax(1)
    return F.softplus((negative - positive + margin) * 10).mean() / 10


def pairs(similarity, same):
    """As many negative as positive pairs: half of the negatives the most similar, half drawn."""
    upper = torch.triu(torch.ones_like(same), 1)
    i, j = torch.where(same & upper)
    ni, nj = torch.where(~same & upper)
    half = len(i) // 2
    hard = similarity[ni, nj].topk(half).indices
    drawn = torch.randint(0, len(ni), (len(i) - half,), device=hard.device)
    pick = torch.cat([hard, drawn])
    target = torch.cat([torch.ones(len(i)), torch.zeros(len(pick))]).to(hard.device)
    return torch.cat([i, ni[pick]]), torch.cat([j, nj[pick]]), target


class Sampler:
    """Batches of PEOPLE identities with EACH crops, from both cameras where there are two."""

    def __init__(self, labels, cameras, rng):
        self.rng, self.queue = rng, []
        self.members = {}
        for index, (label, camera) in enumerate(zip(labels, cameras)):
            self.members.setdefault(label, {}).setdefault(camera, []).append(index)
        self.labels = [k for k, v in self.members.items() if sum(map(len, v.values())) > 1]

    def batch(self):
        if len(self.queue) < PEOPLE:
            self.queue = list(self.rng.permutation(self.labels))
        chosen = []
        for label in [self.queue.pop() for _ in range(PEOPLE)]:
            views = list(self.members[label].values())
            for k in range(EACH):
                chosen.append(self.rng.choice(views[k % len(views)]))
        return np.array(chosen)


class Batches(torch.utils.data.IterableDataset):
    """Augmented batches, made by a process of their own beside the training."""

    def __init__(self, data, seed):
        self.data, self.seed = data, seed

    def __iter__(self):
        torch.set_num_threads(2)
        torch.manual_seed(self.seed)
        sampler = Sampler(self.data.labels, self.data.cameras, np.random.default_rng(self.seed))
        while True:
            chosen = sampler.batch()
            pictures, taught = self.data.mixtures.draw(sampler.rng, MIXTURES)
            # mixtures stay what the teacher was shown (Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", CVPR 2022)
            x = torch.cat([augment(self.data.images[chosen]), nearly(pictures.float())])
            yield x.contiguous(memory_format=torch.channels_last), chosen, torch.cat([self.data.teacher[chosen], taught])


def losses(model, head, classes, x, labels, teacher):
    """`x` and `teacher` go on, after the patches that `labels` are of, with the mixtures."""
    with torch.autocast(DEVICE.type, torch.bfloat16):
        embedding = model(x)
    embedding = embedding.float()
    unit = F.normalize(embedding)
    similarity = unit @ unit.T
    n = len(labels)
    own, people = unit[:n], similarity[:n, :n]
    same = labels[:, None] == labels[None]
    i, j, target = pairs(people.detach(), same)
    return {
        "identity": 0.5 * classes(own, labels),
        "triplet": 2 * triplet(people, same),
        "pair": 0.5 * F.binary_cross_entropy_with_logits(head(own[i], own[j])[:, 0], target),
        "embedding": 18 * (1 - F.cosine_similarity(classes.teacher(embedding), teacher)).mean(),
        "relation": 160 * (similarity - teacher @ teacher.T).square().mean(),
    }


def embed(model, images):
    model.eval()
    device = next(model.parameters()).device
    with torch.inference_mode():
        parts = [F.normalize(model(plain(part).to(device))).cpu() for part in images.split(128)]
    model.train()
    return torch.cat(parts)


def follow(average, model, decay):
    with torch.no_grad():
        for a, b in zip(average.state_dict().values(), model.state_dict().values()):
            if a.is_floating_point():
                a.lerp_(b, 1 - decay)
            else:
                a.copy_(b)


def check(average, held, val):
    figures = {}
    for name, (images, people, cameras) in {"held": held, "val": val}.items():
        e = embed(average, images).numpy()
        figures[name] = [rank1(e, people, cameras), auc(e, people, cameras)]
    return figures


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--data", required=True)
    options.add_argument("--out", required=True)
    options.add_argument("--minutes", type=float, default=180)
    options.add_argument("--start", help="folder with the ONNX files of an earlier training to take up")
    options.add_argument("--rate", type=float, default=1e-3)
    options = options.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(1)
    os.makedirs(options.out, exist_ok=True)
    data = crops.load(options.data, options.out)
    model, head, classes = Sister().to(DEVICE), Head().to(DEVICE), Classes(int(data.labels.max()) + 1)
    if options.start and not os.path.exists(os.path.join(options.out, "state.pt")):
        take_up(model, head, options.start, augment(data.images[:: len(data.images) // 512]).to(DEVICE))
        classes.begin(embed(model, data.images), torch.from_numpy(data.labels), data.teacher)
    classes.to(DEVICE)
    average = copy.deepcopy(model)
    model.to(memory_format=torch.channels_last)
    compiled = torch.compile(model)
    weights = [p for part in (model, head, classes) for p in part.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.02)
    labels = torch.from_numpy(data.labels).to(DEVICE)
    log, step, spent = [], 0, 0.0
    file = os.path.join(options.out, "state.pt")
    if os.path.exists(file):
        state = torch.load(file, map_location=DEVICE, weights_only=False)
        for part, name in ((model, "model"), (head, "head"), (classes, "classes"), (average, "average"), (optimiser, "optimiser")):
            part.load_state_dict(state[name])
        log, step, spent = state["log"], state["step"], state["spent"]
    print(f"{len(data.labels)} crops of {len(classes.weight)} people, step {step}, {spent / 60:.1f} minutes done, on {DEVICE}", flush=True)
    sums, count, last, checked = {}, 0, time.time(), time.time()
    loader = torch.utils.data.DataLoader(Batches(data, step + 1), None, num_workers=1, prefetch_factor=4)
    for x, chosen, teacher in loader:
        if spent >= options.minutes * 60:
            break
        progress = spent / options.minutes / 60
        rate = options.rate * min(1, (step + 1) / 300) * (0.5 + 0.5 * np.cos(np.pi * progress)) + 1e-6
        for group in optimiser.param_groups:
            group["lr"] = rate
        parts = losses(compiled, head, classes, x.to(DEVICE), labels[chosen], teacher.to(DEVICE))
        optimiser.zero_grad()
        sum(parts.values()).backward()
        nn.utils.clip_grad_norm_(weights, 5)
        optimiser.step()
        step += 1
        follow(average, model, min(0.999, step / (step + 20)))
        for name, value in parts.items():
            sums[name] = sums.get(name, 0) + value.item()
        count += 1
        now = time.time()
        spent, last = spent + now - last, now
        if now - checked > CHECK_SECONDS or spent >= options.minutes * 60:
            figures = check(average, data.held, data.val)
            log.append({"step": step, "minutes": spent / 60, "rate": rate, **{k: v / count for k, v in sums.items()}, **figures})
            print(json.dumps(log[-1]), f"{count * (PEOPLE * EACH + MIXTURES) / (now - checked):.0f} patches/s", flush=True)
            sums, count = {}, 0
            state = dict(head=head.state_dict(), classes=classes.state_dict(), average=average.state_dict())
            state |= dict(model=model.state_dict(), optimiser=optimiser.state_dict(), log=log, step=step, spent=spent)
            torch.save(state, file + ".new")
            os.replace(file + ".new", file)
            checked = time.time()


if __name__ == "__main__":
    main()
