#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpu_check.sh BUILD: scripts/gpu-check says why it skips where there is no device, and what it runs works:
# here with the CPU in the device's place.
set -eu
cd "$(dirname "$0")/../.."
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "gpu_check: $1"
    exit 1
}

"$build/tests/mpcf-check-device" cpu "$work/cpu.json" --small >"$work/table" ||
    fail "the CPU is not equal to itself"
grep -q 'bit for bit' "$work/table" || fail "no table"
[ "$(grep -c '"equal": true' "$work/cpu.json")" -eq 10 ] || fail "not 10 products in the file"
if command -v python3 >/dev/null; then
    python3 -m json.tool "$work/cpu.json" >/dev/null || fail "what is written is no JSON"
fi

MPCF_DEVICE=gpu scripts/gpu-check "$build" "$work/no.json" 2>"$work/words" && fail "gpu is a device"
grep -q "expected cpu, cuda, cuda:N" "$work/words" || fail "what a device is called is not said"

ended=0
echo 'of an earlier run' >"$work/no.json"
MPCF_DEVICE=cuda:255 scripts/gpu-check "$build" "$work/no.json" 2>"$work/words" || ended=$?
[ "$ended" -eq 77 ] || fail "a missing device ends with $ended, not 77"
[ "$(wc -l <"$work/words")" -eq 1 ] && grep -q '^skipped: ' "$work/words" ||
    fail "not one line that says why"
[ ! -e "$work/no.json" ] || fail "an earlier run's file looks like this one's"
cat "$work/words"

# Times under the sanitizer are none: what was measured stays.
mkdir "$work/bin"
printf '#!/bin/sh\nshift 4\nexec "$@"\n' >"$work/bin/compute-sanitizer"
chmod +x "$work/bin/compute-sanitizer"
echo measured >"$work/kept.json"
PATH=$work/bin:$PATH MPCF_DEVICE=cpu scripts/gpu-check --sanitize "$build" "$work/kept.json" >/dev/null ||
    fail "the comparisons fail under a sanitizer that does nothing"
[ "$(cat "$work/kept.json")" = measured ] || fail "--sanitize writes its times over those of a run"

# The toolkit's stub has all functions of the driver, and no device.
stub=$(dirname "$(readlink -f "$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)")")/../lib64/stubs/libcuda.so
if [ -f "$stub" ] && ls "$build"/devices-*/mpcf-cuda.so >/dev/null 2>&1; then
    ln -s "$stub" "$work/libcuda.so.1"
    ended=0
    LD_LIBRARY_PATH=$work scripts/gpu-check "$build" "$work/no.json" 2>"$work/words" || ended=$?
    [ "$ended" -eq 77 ] && grep -q '^skipped: the CUDA driver finds no device: ' "$work/words" ||
        fail "with the toolkit's stub it ends with $ended: $(cat "$work/words")"
    cat "$work/words"
fi
