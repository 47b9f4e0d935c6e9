#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Provider, user and dealer as on three machines: each starts alone, in a folder that has only
# what it may have. What they open is watched where strace works; they are made to disagree, and
# one of them is killed.
#
#   roles_apart.sh BUILD_FOLDER [OTHER]
#
# The provider runs from OTHER, a build by another compiler, where that is given: both must make
# the same graph and program of one model.
set -eu
. "$(dirname "$0")/roles.sh"
provider=${2:-$1}/bin/mpcf-host
make_roles <<END
transport: {name: tcp}
parties:
  provider: {listen: "127.0.0.1:$port", keys: provider.key}
  dealer: {listen: "127.0.0.1:$((port + 1))", keys: dealer.key}
  user: {keys: user.key}
END
"$host" keys new "$folder/keys" >/dev/null
for role in provider user dealer; do
    cp -p "$folder/keys/$role.key" "$folder/$role/"
done

for role in dealer provider user; do
    start $role
done
all_end 60 0
[ -s "$folder/user/out/infer/user.json" ] || fail "the user has no result"
if [ -e "$folder/provider/out/infer/user.json" ]; then
    fail "the provider has the user's result"
fi
for role in provider user dealer; do
    grep -q '"authenticated_by": "keys"' "$folder/$role/out/infer/$role.json" ||
        fail "the $role does not say what proved who its peers were"
    if sed -n "s/.*>[a-z]* //p" "$folder/$role/$role.key" | grep -qFf - "$folder/$role.log"; then
        fail "a key is in the $role's log"
    fi
done
echo "ok - three roles in folders of their own"

# Over tcp nobody starts without keys, or with those of another role, unless the file does without.
for role in provider user dealer; do
    ! "$host" "$folder/$role/pipeline.yaml" --role $role --set parties.$role.keys= \
        >"$folder/$role.log" 2>&1 || fail "the $role starts without keys"
    grep -q "parties.$role.keys is not given: transport 'tcp' does not prove" "$folder/$role.log" ||
        fail "the $role does not say that it lacks keys"
    chmod 644 "$folder/$role/$role.key"
    ! "$host" "$folder/$role/pipeline.yaml" --role $role --check >"$folder/$role.log" 2>&1 ||
        fail "the $role takes keys that everyone can read"
    grep -q "others can reach the keys" "$folder/$role.log" || fail "the $role does not say why"
    chmod 600 "$folder/$role/$role.key"
    start $role --set parties.$role.keys= --set 'transport.require=[]'
done
all_end 60 0
for role in provider user dealer; do
    grep -q '"authenticated_by": "none"' "$folder/$role/out/infer/$role.json" ||
        fail "the $role says that its peers proved who they are"
done
echo "ok - without keys only where the file says so"

# The user calls before the others are there.
start user
sleep 1
start provider
start dealer
all_end 60 0
echo "ok - in any order"

# Who calls and disagrees ends; who was called goes on listening, and serves the next.
start dealer
start provider
listening dealer
listening provider
start user --set stages.infer.batch=2
ends user 10 1
grep -q "dealer disagrees with this user.*there.*here" "$folder/user.log" ||
    fail "the user does not say what differs"
start user
all_end 60 0
grep -q "user disagrees with this provider.*there.*here" "$folder/provider.log" ||
    fail "the provider does not say what differs"
grep -q "user disagrees with this dealer.*there.*here" "$folder/dealer.log" ||
    fail "the dealer does not say what differs"
start dealer
start user
start provider --set stages.infer.batch=2
ends user 10 1
kill "$(cat "$folder/provider.pid")"
ends provider 5 1
[ ! -f "$folder/dealer.status" ] || fail "the dealer ended with the user"
start provider
start user
all_end 60 0
grep -q "user ended the run, saying: the provider disagrees.*there.*here" "$folder/dealer.log" ||
    fail "the dealer is not told what differs"
echo "ok - a disagreement is named on every side, and ends who called"

# All three, until they are at work.
start_all() {
    start dealer
    start provider
    start user --set stages.infer.examples=0
    left=300
    while ! grep -q "joined session" "$folder/user.log" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the user does not begin"
        sleep 0.1
    done
    sleep 0.5
}

start_all
kill -9 "$(cat "$folder/provider.pid")"
ends provider 30 137
ends user 30 1
ends dealer 30 1
grep -q "provider" "$folder/user.log" || fail "the user does not say who is gone"
echo "ok - nobody waits for a dead provider"

start_all
kill -INT "$(cat "$folder/provider.pid")"
ends provider 30 1
ends user 30 1
ends dealer 30 1
grep -q "the provider was stopped" "$folder/provider.log" || fail "the provider does not say why"
for role in user dealer; do
    grep -Eq "the provider ended the run, saying: stopped by a signal|the (user|dealer) ended the run, saying: the provider ended" \
        "$folder/$role.log" || fail "the $role is not told why the provider ended"
done
echo "ok - an interrupt ends a role at its work"

for transport in loopback tcp zmq; do
    cp -r "$folder/out" "$folder/out-$transport"
    "$host" "$folder/pipeline.yaml" --stage infer --quiet --set "transport.name=$transport" \
        --set "output=out-$transport" >"$folder/user.log" 2>&1 || fail "infer over $transport"
    grep -q '"disagreement_margin"' "$folder/out-$transport/report.json" || fail "no comparison"
    # The float student's labels, save where they were as good as a tie.
    awk -F '[:,]' '/"max_logit_error"/ && $2 > 0.02 { bad = 1 }
        /"disagreement_margin"/ && $2 > 0.04 { bad = 1 }
        END { exit bad }' "$folder/out-$transport/report.json" ||
        fail "over $transport the parties disagree with the float student"
done
echo "ok - one command over loopback, tcp and zmq"

command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null ||
    { echo "skip - strace does not work here"; exit 0; }
# Everything is in reach of everyone now; what each opens is its own.
for role in provider user dealer; do
    cp -r "$folder/out/student/." "$folder/$role/out/student/"
    cp -r "$folder/example/." "$folder/$role/example/"
    cp -p "$folder"/keys/*.key "$folder/$role/"
done
export MPCF_DUMPABLE=1 # or strace may not read the names
for role in dealer provider user; do
    watch="strace -f -qq -e trace=open,openat,openat2,execve -o $folder/$role.trace"
    start $role
done
all_end 90 0
for role in provider user dealer; do
    grep -q "$role/pipeline.yaml" "$folder/$role.trace" || fail "the $role's trace is empty"
done
grep -q "example/data/.*dev" "$folder/user.trace" || fail "the user reads no data"
grep -q "\.safetensors" "$folder/provider.trace" || fail "the provider reads no weights"
for role in provider user dealer; do
    grep -q "/$role.key\"" "$folder/$role.trace" || fail "the $role reads no keys"
    ! grep '\.key"' "$folder/$role.trace" | grep -v "/$role.key\"" || fail "the $role opens others' keys"
done
for role in provider dealer; do
    ! grep "example/data/" "$folder/$role.trace" || fail "the $role opens data"
done
for role in user dealer; do
    ! grep "\.safetensors\"" "$folder/$role.trace" || fail "the $role opens weights"
done
echo "ok - nobody opens what is not its own"
