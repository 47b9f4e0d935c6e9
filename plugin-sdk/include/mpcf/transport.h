/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/transport.h - carries messages between two parties.
 *
 * Contract: reliable, in order, both directions at once, one connection per
 * pair of parties. Lengths are agreed by the protocol, so recv() names the
 * length it expects. The host frames what it sends, with length and sequence
 * number. A transport that keeps message boundaries sets MPCF_TRANSPORT_MESSAGES
 * and must report a message of another length as MPCF_E_PROTOCOL; each head and
 * each 64 KiB of content are a message then.
 *
 * Deadlines are absolute CLOCK_MONOTONIC nanoseconds, so that one deadline
 * covers several calls; MPCF_NO_DEADLINE waits for ever. One that has passed
 * means: do what goes without a wait, then MPCF_E_TIMEOUT. From advance(), and
 * from any call with MPCF_TRANSPORT_MESSAGES, MPCF_E_TIMEOUT says that nothing
 * has moved, and the host may ask again.
 *
 * Signals: what waits asks mpcf_interrupted() at least once a second, and comes
 * back with MPCF_E_INTERRUPTED where it says so. What goes without a wait goes
 * all the same.
 *
 * Threads: the host uses one connection from one thread at a time, not always the same one; it
 * uses different connections at once. But where one without MPCF_TRANSPORT_MESSAGES has no
 * advance(), send() of a connection is called from one thread while recv() of the same runs in
 * another. A listener is used from one thread at a time.
 *
 * Strangers: nothing that a peer sends makes a transport allocate in proportion to it, or wait
 * in accept() for what the peer says next.
 *
 * Ownership: buffers are the caller's. A listener ends with unlisten(), a connection with close();
 * *LISTENER and *CONN are not set on failure, and a connection may outlive the listener that it
 * came from. CONFIG, which the host fills from the options and owns, outlives both.
 *
 * Lengths are in bytes; a length of 0 is a message without content.
 */
#ifndef MPCF_TRANSPORT_H
#define MPCF_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/option.h>
#include <mpcf/plugin.h>

MPCF_BEGIN_DECLS

#define MPCF_NO_DEADLINE INT64_MAX

#define MPCF_TRANSPORT_MESSAGES      (1u << 0) /* keeps message boundaries */
#define MPCF_TRANSPORT_AUTHENTICATED (1u << 1) /* proves who the peer is */
#define MPCF_TRANSPORT_ENCRYPTED     (1u << 2) /* hides and protects content */
#define MPCF_TRANSPORT_LOCAL         (1u << 3) /* both ends on one machine */

/* A role of a secure run, as mpcf_party and peer_role() say it. */
#define MPCF_ROLE_PROVIDER 0
#define MPCF_ROLE_USER     1
#define MPCF_ROLE_DEALER   2
#define MPCF_ROLE_COUNT    3

#define MPCF_SECRET_BYTES  32
#define MPCF_BINDING_BYTES 32

/*
 * Who this side is. Where the host knows keys of the roles, it has secrets, by the peer's role: of
 * the connections that this side calls, and of those that it accepts. Two ends of a link
 * have the same one, and nobody else has it; each is drawn from the system's generator or made of
 * what was. The host's; it stays as it is as long as a listener made with it, and is secret memory:
 * keep no copy that outlives the handshake, but for what a library of yours holds of it until the
 * connection ends (libssl does, until SSL_free()).
 */
typedef struct mpcf_party {
    size_t struct_size;
    int32_t role; /* MPCF_ROLE_* */
    uint8_t has_secret[MPCF_ROLE_COUNT];
    uint8_t calling[MPCF_ROLE_COUNT][MPCF_SECRET_BYTES];
    uint8_t accepting[MPCF_ROLE_COUNT][MPCF_SECRET_BYTES];
} mpcf_party;

typedef struct mpcf_transport {
    size_t struct_size; /* sizeof(mpcf_transport) */
    const char *name;   /* as in the pipeline file: "zmq" */
    const char *summary;
    uint32_t caps; /* MPCF_TRANSPORT_* that hold for every connection */
    const mpcf_option *options;
    size_t option_size, config_size;

    /* ADDRESS is the transport's own text, from the pipeline file. A run on one machine leaves
     * the choice to the transport: "auto" where MPCF_TRANSPORT_LOCAL is set, else
     * "127.0.0.1:0". */
    mpcf_status (*listen)(const void *config, const char *address, void **listener,
                          mpcf_error *err);
    /* The address a peer can use (the port chosen for port 0), zero-terminated, into ADDRESS of
     * SIZE bytes; MPCF_E_INVALID where it does not fit. */
    mpcf_status (*bound)(void *listener, char *address, size_t size, mpcf_error *err);
    /* Any number of times: a provider serves many users. MPCF_E_TIMEOUT, MPCF_E_INTERRUPTED,
     * MPCF_E_AUTH, MPCF_E_IO. */
    mpcf_status (*accept)(void *listener, int64_t deadline, void **conn, mpcf_error *err);
    void (*unlisten)(void *listener);
    /* Retries until the deadline: the other side may start later. MPCF_E_TIMEOUT,
     * MPCF_E_INTERRUPTED, MPCF_E_AUTH, MPCF_E_IO. */
    mpcf_status (*connect)(const void *config, const char *address, int64_t deadline, void **conn,
                           mpcf_error *err);
    /* Ends a connection, also a failed one; never blocks longer than 1 s. */
    void (*close)(void *conn);

    /* Takes all LENGTH bytes, or fails; BUFFER is free for reuse on return.
     * Nothing may stay behind in a buffer that only a later call empties: the
     * peer would wait for those bytes, and this party for the peer. */
    mpcf_status (*send)(void *conn, const void *buffer, size_t length, int64_t deadline,
                        mpcf_error *err);
    /* Fills all LENGTH bytes, or fails. */
    mpcf_status (*recv)(void *conn, void *buffer, size_t length, int64_t deadline, mpcf_error *err);
    /*
     * Sends and receives at once. Not called any more, since it does not tell which of the
     * two has moved; leave it NULL.
     */
    mpcf_status (*exchange)(void *conn, const void *out, size_t out_length, void *in,
                            size_t in_length, int64_t deadline, mpcf_error *err);
    /*
     * Writes the proven identity of the peer (public key fingerprint, or
     * certificate subject), zero-terminated, for the report and the allow
     * list. Required with MPCF_TRANSPORT_AUTHENTICATED.
     */
    mpcf_status (*peer_identity)(void *conn, char *text, size_t size, mpcf_error *err);
    /*
     * For transports without boundaries: moves what goes now of both directions
     * and returns as soon as a byte has moved in either. *OUT_LENGTH and
     * *IN_LENGTH are the bytes wanted (one may be 0), on return the bytes moved,
     * also where it fails. It must not wait for one direction before serving the
     * other, or two parties that open large shares deadlock on full buffers. OUT and
     * IN do not overlap. Where *OUT_LENGTH is 0 on return, other bytes may come next, or none; where
     * it is less than was wanted, the rest comes again, unchanged, perhaps from another address.
     * The host reads heads with it while it still sends, so that it sees at once that the peer
     * lives, ends, or sends a wrong length. May be NULL;
     * the host then sends from a helper thread, and does not hear the peer meanwhile.
     */
    mpcf_status (*advance)(void *conn, const void *out, size_t *out_length, void *in,
                           size_t *in_length, int64_t deadline, mpcf_error *err);
    /*
     * Whether ADDRESS can be listened on (IS_LISTEN) or called, as far as it and CONFIG tell: opens
     * nothing and asks no name server. MPCF_E_CONFIG, with what is wrong and the right form. The
     * host asks when it reads the pipeline file; listen() and connect() still refuse by themselves.
     * May be NULL: every address is tried.
     */
    mpcf_status (*check_address)(const void *config, const char *address, bool is_listen,
                                 mpcf_error *err);
    /*
     * What follows may be NULL. listen() and connect() for transports that prove roles: who
     * this side is, and for connect_as() whom it calls, MPCF_ROLE_*. Where they are given the host
     * calls them instead; listen() and connect() must be there even so, and may be
     * MPCF_E_UNSUPPORTED. A peer whose proof is of another role than PEER is MPCF_E_AUTH.
     */
    mpcf_status (*listen_as)(const void *config, const mpcf_party *self, const char *address,
                             void **listener, mpcf_error *err);
    mpcf_status (*connect_as)(const void *config, const mpcf_party *self, int32_t peer,
                              const char *address, int64_t deadline, void **conn, mpcf_error *err);
    /* The role that the peer has proved, MPCF_ROLE_*. The host lets it be no other. Without it the
     * host believes no role for MPCF_TRANSPORT_AUTHENTICATED alone: unless MPCF_TRANSPORT_LOCAL is
     * set too, keys of the roles are needed besides. */
    mpcf_status (*peer_role)(void *conn, int32_t *role, mpcf_error *err);
    /*
     * MPCF_BINDING_BYTES that are equal at both ends of this connection and of no other: of TLS an
     * exporter, of keys a digest of both ends' and of the handshake. The host holds its hello
     * against it, so that who passes on what two honest connections say is noticed.
     */
    mpcf_status (*binding)(void *conn, uint8_t *value, mpcf_error *err);
    /* Whether CONFIG proves roles by the secrets of mpcf_party: then a role that has no keys is
     * refused before it starts. NULL: by something else. */
    bool (*needs_secrets)(const void *config);
    /* Whether what CONFIG names is there and right for ROLE, files of keys say. Opens files, asks
     * nobody. MPCF_E_CONFIG, MPCF_E_IO. The host asks before a role starts. */
    mpcf_status (*check_role)(const void *config, int32_t role, mpcf_error *err);
} mpcf_transport;

/* As mpcf_register_approx(). */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_transport(mpcf_registry *registry,
                                                                const mpcf_transport *transport,
                                                                mpcf_error *err);

MPCF_END_DECLS
#endif
