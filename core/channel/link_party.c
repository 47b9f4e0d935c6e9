/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets that a transport gets instead of the keys of the roles.
 */
#include "channel/link_party.h"

#include <string.h>

#include <openssl/hmac.h>

#include "base/memory.h"

_Static_assert(MPCF_ROLE_PROVIDER == (int) ROLE_PROVIDER && MPCF_ROLE_USER == (int) ROLE_USER &&
                   MPCF_ROLE_DEALER == (int) ROLE_DEALER,
               "the SDK's roles are these");

static const char label[] = "mpcf link secret";

/* BOTH is secret memory for the two keys. */
static mpcf_status derive(const uint8_t caller_key[LINK_KEY_BYTES],
                          const uint8_t callee_key[LINK_KEY_BYTES], enum role caller,
                          enum role callee, uint8_t both[2 * LINK_KEY_BYTES],
                          uint8_t secret[MPCF_SECRET_BYTES], mpcf_error *err)
{
    uint8_t text[sizeof(label) + 2];
    unsigned length = 0;

    memcpy(both, caller_key, LINK_KEY_BYTES);
    memcpy(both + LINK_KEY_BYTES, callee_key, LINK_KEY_BYTES);
    memcpy(text, label, sizeof(label));
    text[sizeof(label)] = (uint8_t) caller;
    text[sizeof(label) + 1] = (uint8_t) callee;
    if (HMAC(EVP_sha256(), both, 2 * LINK_KEY_BYTES, text, sizeof(text), secret, &length) == NULL ||
        length != MPCF_SECRET_BYTES) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "libcrypto computes no HMAC");
    }
    return MPCF_OK;
}

static mpcf_status derive_all(mpcf_party *party, enum role role, const struct role_keys *keys,
                              uint8_t both[2 * LINK_KEY_BYTES], mpcf_error *err)
{
    for (unsigned p = 0; p < MPCF_ROLE_COUNT; p++) {
        const struct link_keys *k = &keys->links[p];
        if (keys->has[p]) {
            MPCF_TRY(derive(k->mine, k->theirs, role, (enum role) p, both, party->calling[p], err));
            MPCF_TRY(
                derive(k->theirs, k->mine, (enum role) p, role, both, party->accepting[p], err));
            party->has_secret[p] = 1;
        }
    }
    return MPCF_OK;
}

mpcf_status link_party_create(enum role role, const struct role_keys *keys, mpcf_party **out,
                              mpcf_error *err)
{
    mpcf_party *party = mpcf_secret_alloc(1, sizeof(*party));
    uint8_t *both = mpcf_secret_alloc(2 * (size_t) LINK_KEY_BYTES, 1);
    mpcf_status status = MPCF_OK;

    if (party == NULL || both == NULL) {
        status = mpcf_fail_memory(err, sizeof(*party), "what a transport is told of this role");
    } else {
        party->struct_size = sizeof(*party);
        party->role = (int32_t) role;
        status = keys == NULL ? MPCF_OK : derive_all(party, role, keys, both, err);
    }
    mpcf_secret_free(both);
    if (status != MPCF_OK) {
        mpcf_secret_free(party);
        return status;
    }
    *out = party;
    return MPCF_OK;
}

mpcf_status link_party_pair(mpcf_party **provider, mpcf_party **user, mpcf_error *err)
{
    struct role_keys *sets[3];

    MPCF_TRY(role_keys_draw(sets, err));
    mpcf_status status = link_party_create(ROLE_PROVIDER, sets[ROLE_PROVIDER], provider, err);
    if (status == MPCF_OK) {
        status = link_party_create(ROLE_USER, sets[ROLE_USER], user, err);
    }
    for (size_t r = 0; r < 3; r++) {
        role_keys_destroy(sets[r]);
    }
    return status;
}

void link_party_destroy(mpcf_party *party)
{
    mpcf_secret_free(party);
}

bool link_proves_roles(const mpcf_transport *transport)
{
    return (transport->caps & MPCF_TRANSPORT_AUTHENTICATED) != 0 &&
           ((transport->caps & MPCF_TRANSPORT_LOCAL) != 0 || transport->peer_role != NULL);
}

const char *link_lacks(const mpcf_transport *transport)
{
    return (transport->caps & MPCF_TRANSPORT_AUTHENTICATED) != 0
               ? "proves a name of the peer, but not its role"
               : "does not prove who the peer is";
}

mpcf_status link_listen(const mpcf_transport *transport, const void *config,
                        const mpcf_party *party, const char *address, void **listener,
                        mpcf_error *err)
{
    return transport->listen_as != NULL
               ? transport->listen_as(config, party, address, listener, err)
               : transport->listen(config, address, listener, err);
}

mpcf_status link_connect(const mpcf_transport *transport, const void *config,
                         const mpcf_party *party, enum role peer, const char *address,
                         int64_t deadline, void **conn, mpcf_error *err)
{
    return transport->connect_as != NULL
               ? transport->connect_as(config, party, (int32_t) peer, address, deadline, conn, err)
               : transport->connect(config, address, deadline, conn, err);
}
