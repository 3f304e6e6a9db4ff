"""
People tracked through a video with a plain Python script: cv2 decodes, onnxruntime detects on two threads, roboflow's ByteTrack at its
defaults tracks, supervision draws boxes and traces, cv2 encodes. bench/plain-python.ts compares twintrack with it.

    pip install onnxruntime opencv-python-headless supervision trackers
    python bench/python/plain.py VIDEO DETECTOR.onnx OUT.mp4 [--max-frames N] [--mot OUT.txt]

Reads two kinds of detectors: RTMDet as MMDeploy exports it, with NMS inside, and twintrack's rtmdet-nano-person.onnx, without.
Prints a line of JSON: frames, and seconds from the first frame asked for to the closed file.
"""
import argparse
import json
import math
import time

import cv2
import numpy as np
import onnxruntime
import supervision as sv
from trackers import ByteTrackTracker

INPUT_PIXELS = 153_600
STRIDES = (8, 16, 32)
MIN_SCORE = 0.1
NMS_IOU = 0.7
MEAN = np.array([103.53, 116.28, 123.675], np.float32)
STD = np.array([57.375, 57.12, 58.395], np.float32)
WHOLE_PICTURE = {"means": np.zeros((1, 480, 1, 1), np.float32), "whole": np.ones(1, np.float32)}


class Detector:
    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.outputs = [output.name for output in self.session.get_outputs()]
        self.points = {}

    def __call__(self, frame):
        """People in a picture in BGR."""
        letterboxed, scale = letterbox(frame)
        boxes, scores = self.heads(letterboxed) if "cls_8" in self.outputs else self.with_nms(letterboxed)
        return sv.Detections(xyxy=boxes / scale, confidence=scores, class_id=np.zeros(len(scores), int))

    def with_nms(self, picture):
        planes = ((picture - MEAN) / STD).transpose(2, 0, 1)[None]
        dets, labels = self.session.run(["dets", "labels"], {self.input: np.ascontiguousarray(planes)})
        kept = (dets[0, :, 4] >= MIN_SCORE) & (labels[0] == 0)
        return dets[0, kept, :4], dets[0, kept, 4]

    def heads(self, picture):
        planes = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).transpose(2, 0, 1)[None])
        out = dict(zip(self.outputs, self.session.run(None, {self.input: planes, **WHOLE_PICTURE})))
        boxes, scores = [], []
        for stride in STRIDES:
            logits = out[f"cls_{stride}"][0, 0]
            rows, columns = np.nonzero(logits >= math.log(MIN_SCORE / (1 - MIN_SCORE)))
            left, top, right, bottom = out[f"reg_{stride}"][0][:, rows, columns]
            x, y = columns * stride, rows * stride
            boxes.append(np.stack([x - left, y - top, x + right, y + bottom], axis=1))
            scores.append(1 / (1 + np.exp(-logits[rows, columns])))
        boxes, scores = np.concatenate(boxes).astype(np.float32), np.concatenate(scores)
        sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        kept = np.array(cv2.dnn.NMSBoxes(sizes, scores, MIN_SCORE, NMS_IOU), int).reshape(-1)
        return boxes[kept], scores[kept]


def letterbox(frame):
    """The picture at the input size, top left on grey, and its scale."""
    height, width = frame.shape[:2]
    side = lambda length: 32 * max(1, round(length / 32))
    input_width, input_height = side(math.sqrt(INPUT_PIXELS * width / height)), side(math.sqrt(INPUT_PIXELS * height / width))
    scale = min(input_width / width, input_height / height)
    size = round(width * scale), round(height * scale)
    picture = np.full((input_height, input_width, 3), 114, np.uint8)
    picture[: size[1], : size[0]] = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
    return picture, scale


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("video")
    parser.add_argument("detector")
    parser.add_argument("out")
    parser.add_argument("--max-frames", type=int)
    parser.add_argument("--mot")
    options = parser.parse_args()

    detect = Detector(options.detector)
    started = time.perf_counter()
    video = cv2.VideoCapture(options.video)
    rate = video.get(cv2.CAP_PROP_FPS)
    tracker = ByteTrackTracker(frame_rate=rate)
    draw_boxes, draw_traces = sv.BoxAnnotator(), sv.TraceAnnotator()
    writer = None
    rows = []
    frames = 0
    while frames != options.max_frames:
        ok, frame = video.read()
        if not ok:
            break
        frames += 1
        tracked = tracker.update(detect(frame))
        tracked = tracked[tracked.tracker_id != -1]
        if options.mot:
            for (x1, y1, x2, y2), person, score in zip(tracked.xyxy, tracked.tracker_id, tracked.confidence):
                rows.append(f"{frames},{person},{x1 + 1:.2f},{y1 + 1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{score:.3f},-1,-1,-1\n")
        if writer is None:
            writer = cv2.VideoWriter(options.out, cv2.VideoWriter_fourcc(*"mp4v"), rate, frame.shape[1::-1])
        frame = draw_boxes.annotate(frame, tracked)
        writer.write(draw_traces.annotate(frame, tracked))
    if writer is not None:
        writer.release()
    seconds = time.perf_counter() - started
    if options.mot:
        with open(options.mot, "w") as file:
            file.writelines(rows)
    print(json.dumps({"frames": frames, "seconds": seconds}))


main()
