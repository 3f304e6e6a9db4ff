"""
Reads what `twintrack export` writes with the readers that people have, and compares it with the trajectories file. bench/exports.ts writes
the exports and calls this.

    python -m venv readers
    readers/bin/pip install datumaro pycocotools motmetrics label-studio-sdk jsonschema pandas shapely geopandas
    readers/bin/python bench/python/exports.py TRAJECTORIES FOLDER

FOLDER has a file of each format, named by the format. Of each reader a line: the observations and people that it finds, the largest
difference of a coordinate in pixels, and what else is compared. Exits with 1 where something differs.
"""
import importlib.metadata
import json
import pathlib
import shutil
import sys
import tempfile

TO_PIXELS = 0.011
failed = False


def rows_of(document):
    """(id, frame) -> x, y, w, h, score, detected, time"""
    return {
        (t["id"], o["frame"]): (*o["box"], o["score"], o["detected"], o["time"])
        for t in document["trajectories"]
        for o in t["observations"]
    }


def compare(name, package, expected, found, checks, tolerance=TO_PIXELS):
    """found: (id, frame) -> x, y, w, h; checks: what -> whether it holds."""
    global failed
    same = expected.keys() == found.keys()
    largest = max((abs(a - b) for key in expected.keys() & found.keys() for a, b in zip(expected[key], found[key][:4])), default=0)
    wrong = [what for what, holds in checks.items() if not holds]
    fine = same and largest <= tolerance and not wrong
    failed |= not fine
    people = len({person for person, _ in found})
    version = importlib.metadata.version(package)
    rest = "".join(f", {what}" for what in checks if what not in wrong) + "".join(f", NOT {what}" for what in wrong)
    keys = "" if same else f" (expected {len(expected)})"
    print(f"{'ok ' if fine else 'BAD'} {name:13} {package} {version}: {len(found)} boxes{keys} of {people} people, {largest:.4f} px{rest}")


def cut(box, width, height):
    x, y, w, h = box[:4]
    left, right = (min(width, max(0, v)) for v in (x, x + w))
    top, bottom = (min(height, max(0, v)) for v in (y, y + h))
    return left, top, right - left, bottom - top


def main(trajectories, folder):
    folder = pathlib.Path(folder)
    document = json.loads(pathlib.Path(trajectories).read_text())
    rows = rows_of(document)
    width, height = document["source"]["width"], document["source"]["height"]
    datumaro(folder, rows)
    coco(folder, rows, width, height)
    mot(folder, rows)
    label_studio(folder, document, rows, width, height)
    tables(folder, rows)
    geojson(folder, document, rows)
    sys.exit(1 if failed else 0)


def datumaro(folder, rows):
    import datumaro as dm

    for name, format, frame_of in (
        ("cvat", "cvat", lambda item: item.attributes["frame"]),
        ("coco", "coco_instances", lambda item: item.attributes["id"] - 1),
    ):
        with tempfile.TemporaryDirectory() as place:
            target = pathlib.Path(place, "annotations.xml" if name == "cvat" else "annotations/instances_default.json")
            for part in (target.parent, pathlib.Path(place, "images")):
                part.mkdir(exist_ok=True)
            shutil.copy(folder / name, target)
            dataset = dm.Dataset.import_from(place, format)
            labels = dataset.categories()[dm.AnnotationType.label]
            found, names, occluded, attribute = {}, set(), {}, True
            for item in dataset:
                for annotation in item.annotations:
                    if annotation.attributes.get("outside"):
                        continue
                    key = (annotation.attributes["track_id"], frame_of(item))
                    found[key] = annotation.get_bbox()
                    names.add(None if annotation.label is None else labels[annotation.label].name)
                    occluded[key] = annotation.attributes["occluded"]
                    attribute &= name != "cvat" or annotation.attributes["id"] == key[0]
        checks = {
            "label person": names == {"person"},
            "occluded where predicted": all(occluded[key] != rows[key][5] for key in found),
        }
        if name == "cvat":
            checks["attribute id"] = attribute
        compare(name, "datumaro", rows, found, checks)


def coco(folder, rows, width, height):
    from pycocotools.coco import COCO

    data = COCO(folder / "coco")
    frames = {image["id"]: image["frame_index"] for image in data.loadImgs(data.getImgIds())}
    found, masks = {}, True
    for annotation in data.loadAnns(data.getAnnIds()):
        found[annotation["track_id"], frames[annotation["image_id"]]] = annotation["bbox"]
        x, y, w, h = cut(annotation["bbox"], width, height)
        # a mask has whole pixels: each side may be off by one
        masks &= abs(int(data.annToMask(annotation).sum()) - w * h) <= 2 * (w + h) + 4
    compare("coco", "pycocotools", rows, found, {"masks of the boxes": masks})


def mot(folder, rows):
    import motmetrics

    table = motmetrics.io.loadtxt(folder / "mot", fmt="mot15-2D")
    found = {(person, frame - 1): tuple(row) for (frame, person), row in zip(table.index, table[["X", "Y", "Width", "Height"]].values)}
    # motmetrics counts pixels from 0, the format from 1
    found = {key: (x + 1, y + 1, w, h) for key, (x, y, w, h) in found.items()}
    scores = {(person, frame - 1): score for (frame, person), score in table["Confidence"].items()}
    compare("mot", "motmetrics", rows, found, {"scores": all(abs(scores[key] - rows[key][4]) < 1e-4 for key in rows)})


def label_studio(folder, document, rows, width, height):
    from label_studio_sdk._extensions.label_studio_tools.postprocessing.video import extract_key_frames
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface(
        """<View><Labels name="videoLabels" toName="video"><Label value="person"/></Labels>
        <Video name="video" value="$video" frameRate="25"/><VideoRectangle name="box" toName="video"/></View>"""
    )
    [task] = json.loads((folder / "label-studio").read_text())
    [prediction] = task["predictions"]
    errors = interface.validate_prediction(prediction, return_errors=True)
    for error in errors[:3]:
        print(error)
    schema = interface.get_control("box").to_json_schema()
    import jsonschema

    for region in prediction["result"]:
        jsonschema.validate(region["value"], schema)

    def boxes(result):
        return {
            (int(region["id"]), box["frame"] - 1): (
                box["x"] * width / 100, box["y"] * height / 100, box["width"] * width / 100, box["height"] * height / 100
            )
            for region in result
            for box in region["value"]["sequence"]
        }

    expected = {key: cut(row, width, height) for key, row in rows.items()}
    filled = boxes(extract_key_frames(prediction["result"]))
    checks = {
        "valid": not errors,
        "nothing filled in": filled.keys() == rows.keys(),
        "frames of the video": {r["value"]["framesCount"] for r in prediction["result"]} == {document["summary"]["frames"]},
    }
    compare("label-studio", "label-studio-sdk", expected, boxes(prediction["result"]), checks)


def tables(folder, rows):
    import pandas

    sample = (folder / "csv").read_bytes()
    table = pandas.read_csv(folder / "csv")
    found = {(r.id, r.frame): (r.x, r.y, r.width, r.height) for r in table.itertuples()}
    checks = {
        "types": table.detected.dtype == bool and table.id.dtype == "int64" and table.time.dtype == "float64",
        "ASCII": sample.isascii(),
        "CRLF": sample.count(b"\r\n") == sample.count(b"\n") == len(rows) + 1,
        "times and detected": all(rows[r.id, r.frame][5:] == (r.detected, r.time) for r in table.itertuples()),
    }
    compare("csv", "pandas", rows, found, checks)


def geojson(folder, document, rows):
    import geopandas

    frame = geopandas.read_file(folder / "geojson")
    times = {t["id"]: [o["time"] for o in t["observations"]] for t in document["trajectories"]}
    kinds = frame.geometry.geom_type.value_counts().to_dict()
    checks = {
        "all valid": bool(frame.geometry.is_valid.all()),
        "times": all(list(r.times) == times[r.id] for r in frame.itertuples()),
        f"{kinds}": True,
        "people": set(frame.id) == set(times),
    }
    wrong = [what for what, holds in checks.items() if not holds]
    global failed
    failed |= bool(wrong)
    version = importlib.metadata.version("geopandas")
    print(f"{'BAD' if wrong else 'ok '} geojson       geopandas {version}: {len(frame)} people{''.join(f', {w}' for w in checks if w not in wrong)}{''.join(f', NOT {w}' for w in wrong)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
