"""Draws the curves of a training as SVG.

    python curves.py --state DIR/state.pt --out siamese.svg
"""

import argparse

import torch

WIDTH, HEIGHT, LEFT, TOP = 720, 300, 50, 40
PANEL = 280


def path(points, x_most, low, high, left, colour):
    def at(x, y):
        return f"{left + PANEL * x / x_most:.1f},{TOP + 200 * (high - y) / (high - low):.1f}"

    line = " ".join(at(x, y) for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{line}"/>'


def panel(title, lines, steps, low, high, left, digits):
    out = [f'<text x="{left}" y="20" font-weight="bold">{title}</text>']
    for k in range(5):
        value, y = low + (high - low) * k / 4, TOP + 200 * (1 - k / 4)
        out.append(f'<path d="M{left} {y}h{PANEL}" stroke="#ccc"/>')
        out.append(f'<text x="{left - 4}" y="{y + 4}" text-anchor="end">{value:.{digits}f}</text>')
    for k, (name, values, colour) in enumerate(lines):
        out.append(path(zip(steps, values), steps[-1], low, high, left, colour))
        out.append(f'<text x="{left + 4 + 140 * (k % 2)}" y="{TOP + 236 + 14 * (k // 2)}" fill="{colour}">{name}</text>')
    out.append(f'<text x="{left + PANEL}" y="{TOP + 216}" text-anchor="end">{steps[-1]:,} steps</text>')
    return out


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--state", required=True)
    options.add_argument("--out", required=True)
    options = options.parse_args()
    log = torch.load(options.state, map_location="cpu", weights_only=False)["log"]
    steps = [entry["step"] for entry in log]
    colours = ["#1b6ca8", "#c44d20", "#2f8f46", "#8a4fbf", "#555555"]
    names = ["identity", "triplet", "pair", "embedding", "relation"]
    first = [(name, [e[name] / log[0][name] for e in log], c) for name, c in zip(names, colours)]
    second = [
        (f"{name}, {what}", [e[key][k] for e in log], colour)
        for (key, name, k, what), colour in zip(
            [("val", "CUHK03 val", 1, "AUC"), ("val", "CUHK03 val", 0, "rank-1"), ("held", "held out", 1, "AUC"), ("held", "held out", 0, "rank-1")],
            colours,
        )
    ]
    most = max(max(values) for _, values, _ in first)
    body = panel("losses, relative to the first", first, steps, 0, most, LEFT, 2)
    body += panel("unseen people", second, steps, 0, 1, LEFT + 370, 2)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 20}" font-family="sans-serif" font-size="11"><title>Training of the Siamese network</title>'
    with open(options.out, "w") as file:
        file.write("\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *body, "</svg>", ""]))


if __name__ == "__main__":
    main()
