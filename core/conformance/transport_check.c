/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every check of a transport, each on a listener and a connection of its own.
 */
#include "conformance/transport_check.h"

#include <stdio.h>

#include <mpcf/plugin.h>

#include "base/memory.h"
#include "channel/link_party.h"
#include "conformance/transport_deadlines.h"
#include "conformance/transport_ends.h"
#include "conformance/transport_pair.h"
#include "conformance/transport_proof.h"
#include "conformance/transport_signals.h"
#include "conformance/transport_traffic.h"

static mpcf_status run_check(struct pair *s, const struct transport_check *check, mpcf_error *err)
{
    mpcf_status status = pair_listen(s, err);

    if (status == MPCF_OK && check->joined) {
        status = pair_join(s, err);
    }
    if (status == MPCF_OK) {
        status = check->run(s, err);
    }
    pair_close(s, &s->b);
    pair_close(s, &s->a);
    pair_unlisten(s);
    return status;
}

static const struct transport_check *const lists[] = {
    transport_traffic_checks, transport_deadline_checks, transport_end_checks,
    transport_proof_checks,   transport_signal_checks,
};

struct tally {
    size_t run, failed;
};

/* Of what came later than the transport nothing can be asked. */
static void leave_out(const struct transport_check *check, conform_report *report, void *context)
{
    char why[80];

    (void) snprintf(why, sizeof why, "the plug-in is of an ABI before %d.%u", MPCF_ABI_MAJOR,
                    check->since);
    report(context, check->name, MPCF_E_UNSUPPORTED, why);
}

static struct tally run_checks(struct pair *s, unsigned abi_minor, conform_start *start,
                               conform_report *report, void *context, mpcf_error *err)
{
    struct tally tally = {0};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const struct transport_check *check = lists[i]; check->name != NULL; check++) {
            if (start != NULL && !start(context, check->name)) {
                continue;
            }
            if (check->since > abi_minor) {
                leave_out(check, report, context);
                continue;
            }
            mpcf_error_reset(err);
            s->left_out = NULL;
            mpcf_status status = run_check(s, check, err);
            if (status == MPCF_OK && s->left_out != NULL) {
                report(context, check->name, MPCF_E_UNSUPPORTED, s->left_out);
                continue;
            }
            report(context, check->name, status, status == MPCF_OK ? "" : mpcf_error_text(err));
            tally.run++;
            tally.failed += status != MPCF_OK;
        }
    }
    mpcf_error_reset(err);
    return tally;
}

/* "auto" where the transport takes it. */
static const char *choose_address(const struct pair *s)
{
    void *listener = NULL;

    if (link_listen(s->t, s->config, s->provider, "auto", &listener, NULL) != MPCF_OK) {
        return "127.0.0.1:0";
    }
    s->t->unlisten(listener);
    return "auto";
}

static mpcf_status make_room(struct pair *s, mpcf_error *err)
{
    s->out = mpcf_alloc_array(LARGEST, 1);
    s->in = mpcf_alloc_array(LARGEST, 1);
    if (s->out == NULL || s->in == NULL) {
        return mpcf_fail_memory(err, 2 * LARGEST, "messages to check a transport with");
    }
    return link_party_pair(&s->provider, &s->user, err);
}

mpcf_status conform_transport(const mpcf_transport *transport, unsigned abi_minor,
                              const void *config, const char *address, conform_start *start,
                              conform_report *report, void *context, mpcf_error *err)
{
    struct pair s = {.t = transport, .config = config};
    mpcf_error *own = mpcf_error_create();
    mpcf_status status = own == NULL ? mpcf_fail_memory(err, 1, "an error") : make_room(&s, err);

    if (status == MPCF_OK) {
        s.wish = address != NULL ? address : choose_address(&s);
        const struct tally tally = run_checks(&s, abi_minor, start, report, context, own);
        if (tally.failed != 0) {
            status = mpcf_fail(err, MPCF_E_INVALID, "transport '%s': %zu of %zu checks failed",
                               transport->name, tally.failed, tally.run);
        }
    }
    mpcf_error_destroy(own);
    link_party_destroy(s.provider);
    link_party_destroy(s.user);
    mpcf_free(s.in);
    mpcf_free(s.out);
    return status;
}
