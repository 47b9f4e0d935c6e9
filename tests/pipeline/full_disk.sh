#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A user's disk that is full: at each size from nothing to enough, the roles end with one message
# that names file and cause, or with the result; and with enough room the next run has the result.
# The disk is a small tmpfs in a mount namespace of its own; where none can be had, it skips.
#
#   full_disk.sh BUILD_FOLDER [STEP]: sizes STEP KiB apart, 96 where it is not given
set -eu
if [ "${MPCF_IN_NAMESPACE:-}" != 1 ]; then
    unshare -Urm true 2>/dev/null || { echo "skipped: no mount namespaces here"; exit 77; }
    MPCF_IN_NAMESPACE=1 exec unshare -Urm "$0" "$@"
fi
. "$(dirname "$0")/roles.sh"
step=${2:-96}
release() {
    umount "$folder/disk" 2>/dev/null || true
}

cat >"$folder/pipeline.yaml" <<END
version: 1
output: out
model: {family: bert, path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}
approximations: {activation: quad, normaliser: 2quad}
parties:
  provider: {listen: "@mpcf-full-$$-p"}
  dealer: {listen: "@mpcf-full-$$-d"}
stages:
  convert: {}
  calibrate: {examples: 64}
  infer: {examples: 6, length: full, timeout: 20s, connect_timeout: 20s}
END
"$host" example "$folder/example" --rows 64 >/dev/null
"$host" "$folder/pipeline.yaml" --stage convert --quiet >"$folder/convert.log" 2>&1 ||
    { cat "$folder/convert.log"; exit 1; }
mkdir "$folder/disk" "$folder/user" "$folder/user/out" "$folder/user/out/student"
mount -t tmpfs -o size=16k mpcf "$folder/disk" || { echo "skipped: no tmpfs here"; exit 77; }
cp "$folder/pipeline.yaml" "$folder/user/"
cp -r "$folder/out/student/public" "$folder/user/out/student/"
ln -s ../example "$folder/user/example"
ln -s "$folder/disk/infer" "$folder/user/out/infer"
mkdir "$folder/disk/infer"

# run [OPTIONS]: all three; the user's status in $status.
run() {
    rm -f "$folder"/*.log
    for role in provider dealer; do
        "$host" "$folder/pipeline.yaml" --role $role "$@" >"$folder/$role.log" 2>&1 &
        echo $! >"$folder/$role.pid"
    done
    status=0
    "$host" "$folder/user/pipeline.yaml" --role user "$@" \
        --set "stages.infer.store=$folder/disk/store" >"$folder/user.log" 2>&1 || status=$?
    if [ ! -s "$folder/user.log" ] || ! grep -q 'joined session' "$folder/user.log"; then
        kill -9 "$(cat "$folder/provider.pid")" "$(cat "$folder/dealer.pid")" # nobody came for them
    fi
    wait "$(cat "$folder/provider.pid")" 2>/dev/null || true
    wait "$(cat "$folder/dealer.pid")" 2>/dev/null || true
    rm -f "$folder"/*.pid
}
# A number a line; two runs differ by the roundings of random shares.
logits() {
    tr -d ' \n' <"$folder/disk/infer/user.json" |
        sed 's/.*"logits":\[\([^"]*\)\],"pred.*/\1/' | tr -d '[]' | tr ',' '\n'
    echo
}
is_as_expected() {
    logits | paste - "$folder/expected" |
        awk 'NF == 2 && ($1 - $2) ^ 2 < 0.0004 { n++ } END { exit n != 12 }'
}

size() {
    mount -o "remount,size=$1k" "$folder/disk"
}
tried=0
full=0
for options in "preprocess: stream" "preprocess: store"; do
    name=${options##* }
    rm -rf "$folder/disk/store" "$folder/disk/infer"
    mkdir "$folder/disk/infer"
    size 65536
    run --set "stages.infer.preprocess=$name"
    [ "$status" = 0 ] || fail "$name: with room enough the user ends with $status"
    logits >"$folder/expected"
    kib=4
    enough=0
    while [ "$enough" -lt 2 ]; do
        rm -rf "$folder/disk/store" "$folder/disk/infer"
        mkdir "$folder/disk/infer"
        size "$kib"
        run --set "stages.infer.preprocess=$name"
        tried=$((tried + 1))
        if [ "$status" = 0 ]; then
            enough=$((enough + 1))
        else
            full=$((full + 1))
            [ "$status" = 1 ] || fail "$name, $kib KiB: the user ends with $status"
            [ "$(grep -c '^mpcf-host: ' "$folder/user.log")" = 1 ] ||
                fail "$name, $kib KiB: not one message"
            grep -q "^mpcf-host: .*'$folder/.*\(No space left on device\|MB are free there\)" \
                "$folder/user.log" || fail "$name, $kib KiB: the message says neither what nor where"
        fi
        size 65536
        run --set "stages.infer.preprocess=$name"
        [ "$status" = 0 ] || fail "$name, after $kib KiB: the next run ends with $status"
        is_as_expected ||
            fail "$name, after $kib KiB: the next run has another result"
        kib=$((kib + step))
    done
done
[ "$full" -gt 8 ] || fail "only $full of $tried sizes were too small"
echo "$tried sizes, $full too small; each next run had the result"
