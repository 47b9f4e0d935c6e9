#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Provider, user and dealer on three machines, as docs/deployment.md sets them up: each is a network
# namespace with an address of its own behind one switch, and sees of the three folders only its own. Keys
# are made by `mpcf-host keys new`, and each role gets its own alone.
#
#   run.sh FOLDER [--set KEY=VALUE ...]
#
# FOLDER is made where it is missing; what stands there (pipeline.yaml, out, keys) is taken. $MPCF_HOST:
# the program, `mpcf-host` else. $PROOF: keys, certificate (default) or pinned. $WATCH: a command that runs
# on the switch meanwhile, prints a line once it is ready, and is ended with TERM. Root, or a system that lets a user make namespaces; else
# 77. Nothing of it is left on the machine: namespaces end with their processes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
host=$(command -v "${MPCF_HOST:-mpcf-host}") || { echo "there is no ${MPCF_HOST:-mpcf-host}"; exit 2; }
proof=${PROOF:-certificate}
[ $# -gt 0 ] || { echo "usage: run.sh FOLDER [--set KEY=VALUE ...]"; exit 2; }

# --- A machine of its own for the switch, where root is who started this ---
if [ -z "${MPCF_SWITCH:-}" ]; then
    flags="--net --mount"
    [ "$(id -u)" -eq 0 ] || flags="$flags --map-root-user"
    for tool in unshare nsenter ip; do
        command -v "$tool" >/dev/null || { echo "skip - there is no $tool (util-linux, iproute2)"; exit 77; }
    done
    # shellcheck disable=SC2086
    unshare $flags sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add try &&
        ip link add try0 type bridge && ip link add try1 type veth peer name eth0 netns try' \
        >/dev/null 2>&1 || { echo "skip - this system does not let user $(id -u) make namespaces"; exit 77; }
    # shellcheck disable=SC2086
    MPCF_SWITCH=yes exec unshare $flags "$here/run.sh" "$@"
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
pids=
cleanup() {
    for pid in $pids; do
        kill -9 "$pid" 2>/dev/null || true
    done
}
trap cleanup EXIT
trap 'exit 1' INT TERM
mount -t tmpfs tmpfs /run
mkdir /run/netns

# --- The net: 10.77.0.2 provider, .3 dealer, .4 user ---
ip link set lo up
ip link add switch type bridge
ip link set switch up
number=2
for role in provider dealer user; do
    ip netns add $role
    ip link add $role type veth peer name eth0 netns $role
    ip link set $role master switch
    ip link set $role up
    ip -n $role address add 10.77.0.$number/24 dev eth0
    ip -n $role link set eth0 up
    ip -n $role link set lo up
    number=$((number + 1))
done

# --- The network and the keys, which would be made on the provider's and on a safe machine ---
cd "$folder"
if [ ! -f pipeline.yaml ]; then
    case $proof in
    keys)
        sed -e 's|options: .*|options: {proof: keys}|' -e 's|:9001"|&, keys: keys/provider.key|' \
            -e 's|:9002"|&, keys: keys/dealer.key|' -e 's|user: {}|user: {keys: keys/user.key}|' \
            "$here/pipeline.yaml" >pipeline.yaml
        ;;
    *) sed "s|proof: certificate|proof: $proof|" "$here/pipeline.yaml" >pipeline.yaml ;;
    esac
fi
if [ ! -d out/student ]; then
    "$host" example example >/dev/null
    for stage in finetune convert; do
        "$host" pipeline.yaml --stage $stage --quiet >$stage.log 2>&1 || { cat $stage.log; exit 1; }
    done
fi
[ -d keys ] || "$host" keys new --proof "$proof" keys >/dev/null

# --- What each has ---
for role in provider dealer user; do
    rm -rf "./$role"
    mkdir -p $role/out/student $role/example $role/keys
    cp pipeline.yaml $role/
    cp -r out/student/public $role/out/student/
    for file in "$role.key" "$role.pem" authority.pem trusted revoked; do
        [ ! -f "keys/$file" ] || cp -p "keys/$file" $role/keys/
    done
done
cp -r out/student/. provider/out/student/
cp -r example/data user/example/

# --- Each on its machine; the folders of the others, and where all keys were made, are hidden from it ---
# start ROLE [OPTIONS]: in the background.
start() {
    role=$1
    shift
    # shellcheck disable=SC2016
    nsenter --net=/run/netns/"$role" unshare --mount sh -c '
        role=$1 host=$2
        shift 2
        for other in provider dealer user keys; do
            [ $other = $role ] || mount -t tmpfs -o ro tmpfs ./$other
        done
        find . -name "*.key" -o -name "*.pem" >$role.sees # as $role.log, to be looked at
        cd ./$role
        exec "$host" pipeline.yaml --role $role "$@"' sh "$role" "$host" "$@" >"$role.log" 2>&1 &
    pids="$pids $!"
}
watcher=
if [ -n "${WATCH:-}" ]; then
    $WATCH >watch.log &
    watcher=$!
    pids="$pids $watcher"
    left=300
    while [ ! -s watch.log ]; do
        left=$((left - 1))
        if [ "$left" -eq 0 ] || ! kill -0 "$watcher"; then
            echo "failed: what watches is not ready"
            exit 1
        fi
        sleep 0.1
    done
fi
start dealer "$@"
dealer=$!
start provider "$@"
provider=$!
start user "$@"
user=$!
failed=
wait $user || failed="$failed user"
wait $provider || failed="$failed provider"
wait $dealer || failed="$failed dealer"
pids=$watcher
if [ -n "$failed" ]; then
    for role in provider user dealer; do
        echo "--- $role"
        tail -n 5 $role.log
    done
    echo "failed:$failed"
    exit 1
fi
if [ -n "$watcher" ]; then
    kill "$watcher"
    wait "$watcher" || { echo "failed: what watched: $(cat watch.log)"; exit 1; }
    pids=
fi
cp user/out/infer/user.json .
echo "three machines: the user has its answers ($folder/user.json)"
