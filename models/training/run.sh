#!/usr/bin/env bash
# run.sh REID_FOLDER TEACHER.onnx SCRATCH_FOLDER OUT_FOLDER [MINUTES [START_FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/../.."
here=models/training
[ -e "$3/teacher-prw-c6.npz" ] || python $here/teacher.py --data "$1" --teacher "$2" --out "$3"
[ -e "$3/mixtures.npy" ] || python $here/mixtures.py --data "$1" --teacher "$2" --out "$3"
OMP_WAIT_POLICY=PASSIVE python $here/train.py --data "$1" --out "$3" --minutes "${5:-180}" ${6:+--start "$6"}
python $here/finish.py --data "$1" --out "$3"
python $here/export.py --state "$3/finished.pt" --data "$1" --out "$4"
python $here/curves.py --state "$3/state.pt" --out "$4/siamese.svg"
