"""Boxes of a detector in Python, as a file that twintrack tracks. Only the standard library is needed.

    python3 examples/boxes.py det.txt
    npx twintrack track --detections det.txt --fps 25          # or beside the video: track street.mp4 --detections det.txt

In your program, in place of `two_people`, for example with Ultralytics:

    def frames():
        for result in YOLO("yolo11n.pt").predict("street.mp4", stream=True, classes=[0], conf=0.1):
            yield [(x1, y1, x2 - x1, y2 - y1, score) for x1, y1, x2, y2, score, _ in result.boxes.data.tolist()]

Give boxes down to low scores: the tracker uses those of 0.2 and more.
"""

import sys


def write_boxes(path, frames):
    """Writes the boxes of each frame: a list of (x, y, w, h, score), x, y being the left upper corner in pixels."""
    with open(path, "w", encoding="ascii") as file:
        for number, boxes in enumerate(frames, start=1):  # frames count from 1
            for x, y, w, h, score in boxes:
                file.write(f"{number},-1,{x:.2f},{y:.2f},{w:.2f},{h:.2f},{score:.4f}\n")


def two_people():
    """Two people who walk past each other for four seconds."""
    for frame in range(100):
        yield [(20 + 4 * frame, 100, 40, 120, 0.9), (580 - 4 * frame, 300, 40, 120, 0.8)]


if __name__ == "__main__":
    write_boxes(sys.argv[1], two_people())
