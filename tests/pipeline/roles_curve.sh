#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Provider, user and dealer as on three machines, over zmq-curve: by CURVE keys, by the keys of the roles; each has
# the files that `mpcf-host keys new` says it needs, and no others. Then files that are wrong, and what is said.
#
#   roles_curve.sh BUILD_FOLDER
set -eu
host=$1/bin/mpcf-host
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-curve-XXXXXX")
cleanup() {
    for role in provider user dealer; do
        if [ -f "$folder/$role.pid" ]; then
            kill -9 "$(cat "$folder/$role.pid")" 2>/dev/null || true
        fi
    done
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

# A port below those that the system gives out itself.
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
cat >"$folder/pipeline.yaml" <<END
version: 1
output: out
model: {family: bert, path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 32}
approximations: {activation: quad, normaliser: 2quad}
transport: {name: zmq-curve, options: {proof: curve, folder: keys}, require: [authenticated, encrypted]}
parties:
  provider: {listen: "127.0.0.1:$port"}
  dealer: {listen: "127.0.0.1:$((port + 1))"}
  user: {}
stages:
  convert: {}
  calibrate: {examples: 64}
  infer: {examples: 8, length: bucket, buckets: [16, 32], timeout: 20s, connect_timeout: 15s}
END
"$host" example "$folder/example" >/dev/null
"$host" "$folder/pipeline.yaml" --stage convert --quiet >"$folder/convert.log" 2>&1 ||
    { cat "$folder/convert.log"; exit 1; }
"$host" keys new --proof curve "$folder/curve" >/dev/null
"$host" keys new "$folder/links" >/dev/null
"$host" keys check "$folder/curve" >"$folder/check.log" || fail "keys check"
for role in provider user dealer; do
    mkdir -p "$folder/$role/out/student" "$folder/$role/example" "$folder/$role/keys"
    cp "$folder/pipeline.yaml" "$folder/$role/"
    cp -r "$folder/out/student/public" "$folder/$role/out/student/"
    cp -p "$folder/curve/$role.curve" "$folder/curve/trusted.curve" "$folder/$role/keys/"
    cp -p "$folder/links/$role.key" "$folder/$role/"
done
cp -r "$folder/out/student/." "$folder/provider/out/student/"
cp -r "$folder/example/data" "$folder/user/example/"

# start ROLE [OPTIONS]: in the background, $ROLE.log and $ROLE.status.
start() {
    role=$1
    shift
    rm -f "$folder/$role.status" "$folder/$role.log"
    (
        "$host" "$folder/$role/pipeline.yaml" --role "$role" "$@" >"$folder/$role.log" 2>&1 &
        echo $! >"$folder/$role.pid"
        status=0
        wait $! || status=$?
        echo "$status" >"$folder/$role.part"
        mv "$folder/$role.part" "$folder/$role.status"
    ) 2>/dev/null &
}
# ends ROLE SECONDS STATUS: it has ended by then, with that.
ends() {
    left=$(($2 * 10))
    while [ ! -f "$folder/$1.status" ]; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 still runs after $2 s"
        sleep 0.1
    done
    got=$(cat "$folder/$1.status")
    [ "$got" = "$3" ] || fail "$1 ended with $got, expected $3"
}
# listening ROLE: until it does.
listening() {
    left=300
    while ! grep -q "listening on" "$folder/$1.log" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 does not listen"
        sleep 0.1
    done
}
all_end_well() {
    for role in provider user dealer; do
        ends $role 60 0
    done
    [ -s "$folder/user/out/infer/user.json" ] || fail "the user has no result"
}
# says ROLE TEXT
says() {
    grep -q "$2" "$folder/$1.log" || fail "the $1 does not say: $2"
}

for role in dealer provider user; do
    start $role
done
all_end_well
for role in provider user dealer; do
    grep -q '"authenticated_by": "transport"' "$folder/$role/out/infer/$role.json" ||
        fail "the $role does not say what proved who its peers were"
done
echo "ok - three roles by proof: curve"
for role in dealer provider user; do
    start $role --set transport.options.proof=keys --set parties.$role.keys=$role.key
done
all_end_well
echo "ok - three roles by proof: keys"

# What a hurried operator does.
start user --set transport.options.proof=keys
ends user 20 2
says user "parties.user.keys is not given: transport 'zmq-curve' proves roles by keys"
chmod 644 "$folder/user/keys/user.curve"
! "$host" "$folder/user/pipeline.yaml" --role user --check >"$folder/user.log" 2>&1 ||
    fail "--check takes a key that everyone can read"
says user "the keys of the user: others can reach the key in"
chmod 600 "$folder/user/keys/user.curve"
cp -p "$folder/curve/user.curve" "$folder/dealer/keys/dealer.curve"
start dealer
ends dealer 20 2
says dealer "has the key of the user, not of the dealer"
cp -p "$folder/curve/dealer.curve" "$folder/dealer/keys/dealer.curve"
echo "ok - wrong files are refused where they are"

# Another key of the user: both say so; who was called goes on, takes up the right one, and serves the next.
"$host" keys new --proof curve "$folder/other" >/dev/null
cp -p "$folder/other/user.curve" "$folder/user/keys/"
start dealer
start provider
listening dealer
listening provider
start user
ends user 20 1
says user "the peer refuses: it does not know this side's key"
key=$("$host" keys show "$folder/other/user.curve" | sed -n 2p)
for role in provider dealer; do
    "$host" keys trust "$folder/$role/keys" user $key >"$folder/trust.log" || fail "keys trust"
done
start user
all_end_well
says dealer "turned a caller away: a caller from 127.0.0.1:.*is none of those in"
echo "ok - another key is refused, and taken up once it is trusted"

# Security here, none there.
start dealer
listening dealer
start user --set transport.name=zmq --set 'transport.options={}' --set 'transport.require=[]'
ends user 40 1
says user "security that is not spoken here, CURVE: .transport: zmq-curve. does"
kill "$(cat "$folder/dealer.pid")"
ends dealer 5 1
says dealer "turned a caller away: .*it speaks ZMTP without security (NULL)"
echo "ok - who speaks without security is refused, and named"

cp -r "$folder/out" "$folder/out-one"
"$host" "$folder/pipeline.yaml" --stage infer --quiet --set transport.options.proof=keys \
    --set output=out-one >"$folder/user.log" 2>&1 || fail "one command over zmq-curve"
echo "ok - one command over zmq-curve makes keys of its own"
