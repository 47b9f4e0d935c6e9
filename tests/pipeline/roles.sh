# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests that start the roles themselves: $host, a new $folder, $port and the one behind it. What runs is
# killed at the end, and behind it release() is called, which a test may define.
#   fail WORDS                ends the test, with the last lines that each role wrote
#   says ROLE TEXT            its log has TEXT
#
#   make_roles                trains the example, and gives each role a folder with what it may have; standard input:
#                             the lines "transport:" and "parties:" of the file
#   start ROLE [OPTIONS]      in the background, $ROLE.log and $ROLE.status; by $provider and behind $watch, where set
#   listening ROLE            waits until it does
#   ends ROLE SECONDS STATUS  it has ended by then, with that
#   all_end SECONDS STATUS    all three
host=$1/bin/mpcf-host
provider=$host
watch=
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-roles-XXXXXX")
# Below those that the system gives out itself.
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))

release() {
    :
}
cleanup() {
    for role in provider user dealer; do
        if [ -f "$folder/$role.pid" ]; then
            kill -9 "$(cat "$folder/$role.pid")" 2>/dev/null || true
        fi
    done
    release
    rm -rf "$folder"
}
trap cleanup EXIT
fail() {
    echo "FAILED: $*"
    for role in provider user dealer; do
        echo "--- $role"
        tail -n 5 "$folder/$role.log" 2>/dev/null || true
    done
    exit 1
}
says() {
    grep -q "$2" "$folder/$1.log" || fail "the $1 does not say: $2"
}

make_roles() {
    cat >"$folder/pipeline.yaml" <<END
version: 1
output: out
model: {family: bert, path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 32}
approximations: {activation: quad, normaliser: 2quad}
$(cat)
stages:
  finetune: {epochs: 1, batch: 32, learning_rate: 1e-3}
  convert: {}
  calibrate: {examples: 64}
  infer: {examples: 16, length: bucket, buckets: [16, 32], timeout: 20s, connect_timeout: 15s}
END
    "$host" example "$folder/example" >/dev/null
    for stage in finetune convert; do
        "$host" "$folder/pipeline.yaml" --stage $stage --quiet >"$folder/$stage.log" 2>&1 ||
            { cat "$folder/$stage.log"; exit 1; }
    done
    for role in provider user dealer; do
        mkdir -p "$folder/$role/out/student" "$folder/$role/example"
        cp "$folder/pipeline.yaml" "$folder/$role/"
        cp -r "$folder/out/student/public" "$folder/$role/out/student/"
    done
    cp -r "$folder/out/student/." "$folder/provider/out/student/"
    cp -r "$folder/example/data" "$folder/user/example/"
}
start() {
    role=$1
    shift
    program=$host
    [ "$role" != provider ] || program=$provider
    rm -f "$folder/$role.status" "$folder/$role.log"
    (
        # shellcheck disable=SC2086
        $watch "$program" "$folder/$role/pipeline.yaml" --role "$role" "$@" \
            >"$folder/$role.log" 2>&1 &
        echo $! >"$folder/$role.pid"
        status=0
        wait $! || status=$?
        echo "$status" >"$folder/$role.part"
        mv "$folder/$role.part" "$folder/$role.status"
    ) 2>/dev/null &
}
listening() {
    left=300
    while ! grep -q "listening on" "$folder/$1.log" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 does not listen"
        sleep 0.1
    done
}
ends() {
    left=$(($2 * 10))
    while [ ! -f "$folder/$1.status" ]; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 still runs after $2 s"
        sleep 0.1
    done
    got=$(cat "$folder/$1.status")
    [ "$got" = "$3" ] || fail "the $1 ended with $got, expected $3"
}
all_end() {
    for role in provider user dealer; do
        ends $role "$1" "$2"
    done
}
