#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Set up wrongly, as a hurried operator would: what each side prints, and what is not refused. The table in
# docs/deployment.md has the same numbers.
#
#   wrong_set_ups.sh BUILD_FOLDER
set -eu
host=$1/bin/mpcf-host
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-wrong-XXXXXX")
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
    echo "FAILED: $what: $*"
    for role in provider user dealer; do
        echo "--- $role"
        tail -n 5 "$folder/$role.log" 2>/dev/null || true
    done
    exit 1
}
what="setting up"

# A port below those that the system gives out itself.
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
cat >"$folder/pipeline.yaml" <<END_OF_FILE
version: 1
output: out
model: {family: bert, path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 32}
approximations: {activation: quad, normaliser: 2quad}
transport: {name: tls, options: {proof: certificate, folder: keys}}
parties:
  provider: {listen: "127.0.0.1:$port"}
  dealer: {listen: "127.0.0.1:$((port + 1))"}
  user: {}
stages:
  finetune: {epochs: 1, batch: 32, learning_rate: 1e-3}
  convert: {}
  calibrate: {examples: 64}
  infer: {examples: 4, length: bucket, buckets: [16, 32], timeout: 20s, connect_timeout: 15s}
END_OF_FILE
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
for set in one other; do
    for proof in keys certificate pinned; do
        "$host" keys new --proof $proof "$folder/$set-$proof" >/dev/null
    done
done

OF_USER='' OF_DEALER='' # options besides
# start ROLE [OPTIONS]: in the background, $ROLE.log and $ROLE.status.
start() {
    role=$1
    shift
    rm -f "$folder/$role.status" "$folder/$role.log"
    case $role in
    user) more=$OF_USER ;;
    dealer) more=$OF_DEALER ;;
    *) more= ;;
    esac
    (
        # shellcheck disable=SC2086
        "$host" "$folder/$role/pipeline.yaml" --role "$role" $by $more "$@" >"$folder/$role.log" 2>&1 &
        echo $! >"$folder/$role.pid"
        status=0
        wait $! || status=$?
        echo "$status" >"$folder/$role.part"
        mv "$folder/$role.part" "$folder/$role.status"
    ) 2>/dev/null &
}
# ends ROLE STATUS: it has ended within a minute, with that.
ends() {
    left=600
    while [ ! -f "$folder/$1.status" ]; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 still runs after 60 s"
        sleep 0.1
    done
    got=$(cat "$folder/$1.status")
    [ "$got" = "$2" ] || fail "the $1 ended with $got, expected $2"
}
listening() {
    left=300
    while ! grep -q "listening on" "$folder/$1.log" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "the $1 does not listen"
        sleep 0.1
    done
}
says() {
    grep -q "$2" "$folder/$1.log" || fail "the $1 does not say: $2"
}
# right PROOF: all files are in place again.
right() {
    by="--set transport.options.proof=$1"
    [ "$1" = keys ] || by="$by --set transport.options.folder=keys"
    for role in provider user dealer; do
        rm -rf "$folder/$role/keys"
        mkdir "$folder/$role/keys"
        for file in "$role.key" "$role.pem" authority.pem trusted; do
            [ ! -f "$folder/one-$1/$file" ] || cp -p "$folder/one-$1/$file" "$folder/$role/keys/"
        done
    done
}
# role_keys ROLE: the option that names its file, where the proof is keys.
role_keys() {
    case $by in
    *proof=keys*) echo "--set parties.$1.keys=keys/$1.key" ;;
    esac
}
# line ROLE TEXT: the one that says it, without the test's folder.
line() {
    grep "$2" "$folder/$1.log" | head -n 1 | sed "s|$folder/||g"
}
# refused ROLE TEXT [OPTIONS]: it does not begin.
refused() {
    role=$1 text=$2
    shift 2
    # shellcheck disable=SC2046
    start "$role" $(role_keys "$role") "$@"
    ends "$role" 2
    says "$role" "$text"
    printf '%s\n' "ok - $what: $(line "$role" "$text")"
}
# alone ROLE TEXT [OPTIONS]: it begins, and ends by itself.
alone() {
    role=$1 text=$2
    shift 2
    # shellcheck disable=SC2046
    start "$role" $(role_keys "$role") "$@"
    ends "$role" 1
    says "$role" "$text"
    printf '%s\n' "ok - $what: $(line "$role" "$text")"
}
# apart USER DEALER [OPTIONS of the user]: these two do not come together, and each says why.
apart() {
    of_user=$1 of_dealer=$2
    shift 2
    # shellcheck disable=SC2046
    start dealer $(role_keys dealer)
    listening dealer
    # shellcheck disable=SC2046
    start user $(role_keys user) "$@"
    ends user 1
    says user "$of_user"
    kill "$(cat "$folder/dealer.pid")" 2>/dev/null || true # or its time was over
    ends dealer 1
    says dealer "$of_dealer"
    printf '%s\n' "ok - $what: $(line user "$of_user")"
    printf '%s\n' "#    and there: $(line dealer "$of_dealer")"
}
# taken: all three come to a good end.
taken() {
    for role in dealer provider user; do
        # shellcheck disable=SC2046
        start $role $(role_keys $role)
    done
    for role in provider user dealer; do
        ends $role 0
    done
    echo "ok - $what: taken"
}
keys=$folder/user/keys

what="1 another role's key file"
right keys
cp -p "$folder/one-keys/dealer.key" "$keys/"
refused user "has the keys of the dealer, not of the user" --set parties.user.keys=keys/dealer.key

what="2 two roles' keys swapped"
right certificate
cp -p "$folder/one-certificate/dealer.pem" "$keys/user.pem"
cp -p "$folder/one-certificate/user.pem" "$folder/dealer/keys/dealer.pem"
refused user "has the certificate of the dealer, not of the user"
refused dealer "has the certificate of the user, not of the dealer"

what="3 the same with pinned keys, which say no role"
right pinned
cp -p "$folder/one-pinned/dealer.pem" "$keys/user.pem"
cp -p "$folder/one-pinned/user.pem" "$folder/dealer/keys/dealer.pem"
apart "its key is of this side's own role, user\|its key is the user's, and the dealer was called" \
    "this side's key is not of the role that it takes there"

what="4 keys copied with mode 0644"
right keys
chmod 644 "$keys/user.key"
refused user "others can reach the keys in .*user.key' (mode 0644): if nobody has read them, .chmod 600."
right certificate
chmod 644 "$keys/user.pem"
refused user "others can reach the key in .*user.pem' (mode 0644): if nobody has read it, .chmod 600."

what="5 a certificate that has expired, and one that is not valid yet: a clock that is wrong"
if command -v openssl >/dev/null; then
    mkdir "$folder/ca"
    : >"$folder/ca/index.txt"
    echo 01 >"$folder/ca/serial"
    cat >"$folder/ca/ca.cnf" <<END_OF_FILE
[ca]
default_ca = one
[one]
database = $folder/ca/index.txt
serial = $folder/ca/serial
new_certs_dir = $folder/ca
default_md = default
policy = any
unique_subject = no
x509_extensions = role
[any]
commonName = supplied
[role]
subjectAltName = URI:mpcf:role:user
basicConstraints = critical,CA:FALSE
END_OF_FILE
    # issue BEGIN END: to the user's key.
    issue() {
        right certificate
        openssl req -new -key "$keys/user.pem" -subj /CN=user -out "$folder/ca/user.csr" 2>/dev/null
        openssl ca -batch -notext -config "$folder/ca/ca.cnf" -in "$folder/ca/user.csr" \
            -cert "$folder/one-certificate/authority.pem" -keyfile "$folder/one-certificate/authority.key" \
            -startdate "$1" -enddate "$2" -out "$folder/ca/user.crt" 2>/dev/null
        { openssl pkey -in "$keys/user.pem" && cat "$folder/ca/user.crt"; } >"$folder/ca/user.pem"
        cat "$folder/ca/user.pem" >"$keys/user.pem"
    }
    issue 20200101000000Z 20210101000000Z
    refused user "expired on 2021-01-01 00:00 UTC: remove it, then .mpcf-host keys new --proof certificate FOLDER"
    issue 20980101000000Z 20990101000000Z
    refused user "is not valid before 2098-01-01 00:00 UTC: is this machine's clock right?"
else
    echo "skip - $what: there is no openssl"
fi

what="6 all files given to all, authority.key among them"
right certificate
for role in provider user dealer; do
    cp -p "$folder/one-certificate"/* "$folder/$role/keys/"
done
taken
says dealer "authority.key' stands where the dealer runs, which does not need it: who reads it can be every role"
says dealer "user.pem' stands where the dealer runs, which does not need it: who reads it can be the user"

what="7 one key for two roles"
right pinned
cp -p "$keys/user.pem" "$folder/dealer/keys/dealer.pem"
apart "its key is of this side's own role, user\|its key is the user's, and the dealer was called" \
    "this side's key is not of the role that it takes there"
cp -p "$folder/one-pinned/trusted" "$folder/twice"
sed -n 's/^user //p' "$folder/one-pinned/trusted" | sed 's/^/dealer /' >>"$folder/twice"
cat "$folder/twice" >"$keys/trusted"
refused user "trusted:5: this key stands above already: one key is one role's"

what="8 a host that does not exist"
right certificate
refused user "calling the dealer over 'tls': address 'no-such-host.invalid:$port': " \
    --set "parties.dealer.address=no-such-host.invalid:$port"

what="9 a host where nobody listens"
alone user "calling the dealer over 'tls'.*127.0.0.1:$((port + 1)).*refused" --set stages.infer.connect_timeout=2s

what="10 two ports swapped"
swap="--set parties.dealer.listen=127.0.0.1:$port --set parties.provider.listen=127.0.0.1:$((port + 1))"
for proof in certificate keys; do
    right $proof
    case $proof in
    certificate)
        text="its certificate is the dealer's, and the provider was called\|its certificate is the provider's, and the dealer was called"
        there="this side's key is not of the role that it takes there" ;;
    *)
        text="the peer refuses: \|this side calls the dealer, and\|its key of this link"
        there="it has a key by which the user calls the dealer, and this is the provider" ;;
    esac
    # shellcheck disable=SC2046
    start provider $(role_keys provider)
    listening provider
    # shellcheck disable=SC2046,SC2086
    start user $(role_keys user) $swap
    ends user 1
    says user "$text"
    kill "$(cat "$folder/provider.pid")"
    ends provider 1
    says provider "$there"
    echo "ok - $what, proof: $proof"
done

what="11 two roles at one address"
right certificate
start provider
listening provider
alone dealer "127.0.0.1:$port.*in use" --set "parties.dealer.listen=127.0.0.1:$port" \
    --set parties.provider.listen=127.0.0.1:1
kill "$(cat "$folder/provider.pid")"
ends provider 1

what="12 tls here, tcp there"
right keys
plain="--set transport.name=tcp --set transport.options={}"
OF_DEALER=$plain
apart "took the call and hung up in the TLS handshake (.* times), as one does that listens by another transport" \
    "turned a caller away: it does not speak mpcf of this version, but TLS" \
    --set stages.infer.connect_timeout=4s
OF_DEALER=
# shellcheck disable=SC2086
apart "calls again" "turned a caller away: .*it speaks no TLS" $plain \
    --set stages.infer.connect_timeout=4s

what="13 tcp between machines, and require forgotten"
refused user "does not authenticate and encrypt: a listener on the way learns the texts and the weights" \
    --set transport.name=tcp --set 'transport.options={}' --set "parties.dealer.address=10.77.0.3:$port"
says user "write .transport: tls., which does both"

what="14 keys made anew on one side alone"
right keys
cp -p "$folder/other-keys/user.key" "$keys/"
apart "the peer refuses: its key of this link is another than this side's" "its key of this link is another"
right certificate
cp -p "$folder/other-certificate/user.pem" "$folder/other-certificate/authority.pem" "$keys/"
apart "its certificate is not signed by the authority in" "it does not know the authority"
right pinned
cp -p "$folder/other-pinned/dealer.pem" "$folder/dealer/keys/"
apart "its key [0-9a-f]* is none of those in .*trusted" "it does not know this side's key"

what="15 lines that end in CR LF, and more lines at the end"
right keys
for role in provider user dealer; do
    sed -i 's/$/\r/' "$folder/$role/keys/$role.key"
    printf '\n\n' >>"$folder/$role/keys/$role.key"
done
taken
right certificate
for role in provider user dealer; do
    sed -i 's/$/\r/' "$folder/$role/keys/$role.pem" "$folder/$role/keys/authority.pem"
    printf '\n\n' >>"$folder/$role/keys/$role.pem"
done
taken
right pinned
sed -i 's/$/\r/' "$keys/trusted"
refused user "trusted:1: the line ends in CR LF"

what="16 a folder where a file should be"
right certificate
rm "$keys/user.pem"
mkdir "$keys/user.pem"
refused user "user.pem' is not a regular file"
right keys
refused user "is not a regular file" --set parties.user.keys=keys

what="17 a link to the file"
right certificate
mv "$keys/user.pem" "$folder/kept.pem"
ln -s "$folder/kept.pem" "$keys/user.pem"
taken

what="18 a file of another user"
right certificate
if [ "$(id -u)" -eq 0 ]; then
    chown 12345 "$keys/user.pem"
    refused user "belongs to user 12345: keys must belong to the user that runs the role, 0, or to root"
else
    chmod 000 "$keys/user.pem"
    refused user "cannot open .*user.pem': Permission denied"
    chmod 600 "$keys/user.pem"
fi

what="19 an old list of those who are trusted"
right pinned
cp -p "$folder/other-pinned/trusted" "$keys/trusted"
apart "its key [0-9a-f]* is none of those in .*trusted" "it does not know this side's key"

what="20 keys of another proof"
right pinned
refused user "cannot open .*authority.pem': .*keys new --proof certificate FOLDER. makes it" \
    --set transport.options.proof=certificate
right certificate
refused user "cannot open .*trusted': .*keys new --proof pinned FOLDER. makes it" \
    --set transport.options.proof=pinned
right keys
cp -p "$folder/one-certificate/user.pem" "$folder/one-certificate/authority.pem" "$keys/"
OF_USER="--set transport.options.proof=certificate --set transport.options.folder=keys"
apart "the two have no proof in common" "the two have no proof in common"
OF_USER=
right certificate
refused user "is not a file of keys\|not a file of keys" --set transport.options.proof=keys \
    --set parties.user.keys=keys/user.pem

what="21 no folder, no keys"
right certificate
refused user "tls: proof: certificate needs a folder with the keys: .*options: {proof: certificate, folder:" \
    --set transport.options.folder=
rm -r "$keys"
refused user "cannot open .*user.pem': No such file"
right keys
refused user "parties.user.keys is not given" --set parties.user.keys=

what="22 a name that nothing has"
refused user "did you mean 'tls'?" --set transport.name=tsl
refused user "did you mean 'certificate'?" --set transport.options.proof=certificates

what="23 a key that was taken back"
right certificate
lost=$("$host" keys show "$keys/user.pem" | sed -n '2s/ *//p')
"$host" keys revoke "$folder/dealer/keys" "$lost" >/dev/null
apart "the peer refuses: this side's key was taken back there" "its key was taken back: it stands in"

what="24 half a key, and one with a password"
right certificate
head -c 60 "$folder/one-certificate/user.pem" >"$keys/user.pem"
refused user "user.pem' has no certificate that can be read\|user.pem' has no private key that can be read"
if command -v openssl >/dev/null; then
    right pinned
    openssl pkey -in "$folder/one-pinned/user.pem" -aes256 -passout pass:word >"$keys/user.pem"
    refused user "user.pem' has no private key that can be read (PEM, without a password)"
fi

what="25 a firewall that drops"
right certificate
if unshare --net --map-root-user sh -c 'ip link add try type veth peer name try2' >/dev/null 2>&1; then
    status=0
    # shellcheck disable=SC2016
    unshare --net --map-root-user sh -c 'ip link add wall type veth peer name out && ip link set out up && ip address add 10.77.0.4/24 dev wall &&
        ip link set wall up && ip neighbour add 10.77.0.3 lladdr 02:00:00:00:00:03 dev wall && exec "$@"' \
        sh "$host" "$folder/user/pipeline.yaml" --role user --set "parties.dealer.address=10.77.0.3:$port" \
        --set stages.infer.connect_timeout=2s >"$folder/user.log" 2>&1 || status=$?
    [ "$status" -eq 1 ] || fail "the user ended with $status"
    text="calling the dealer over 'tls'.*10.77.0.3:$port"
    says user "$text"
    printf '%s\n' "ok - $what: $(line user "$text")"
else
    echo "skip - $what: no namespaces here"
fi
