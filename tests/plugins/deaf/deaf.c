/* SPDX-License-Identifier: Apache-2.0 */
/* Transports that do not hear a signal, hear it late, or hear nothing else any more. */
#undef mpcf_interrupted /* whose place deaf_interrupted() takes elsewhere */
#include <mpcf/plugin.h>

#include "../../../plugins/transport/loopback/ring_link.h"
#include "../../../plugins/transport/stream/stream.h"

#ifdef HASTY
static mpcf_status stop(mpcf_error *err)
{
    return mpcf_interrupted() ? mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped by a signal") : MPCF_OK;
}

static mpcf_status hasty_send(struct ring_link *l, const void *buffer, size_t length,
                              int64_t deadline, mpcf_error *err)
{
    MPCF_TRY(stop(err));
    return ring_link_send(l, buffer, length, deadline, err);
}

static mpcf_status hasty_recv(struct ring_link *l, void *buffer, size_t length, int64_t deadline,
                              mpcf_error *err)
{
    MPCF_TRY(stop(err));
    return ring_link_recv(l, buffer, length, deadline, err);
}
#define ring_link_send hasty_send
#define ring_link_recv hasty_recv
#elif defined(DYING)
#include <signal.h>

/* As with a library that sets the signal of a write to a peer that is gone as it was. */
static mpcf_status dying_send(struct ring_link *l, const void *buffer, size_t length,
                              int64_t deadline, mpcf_error *err)
{
    const mpcf_status status = ring_link_send(l, buffer, length, deadline, err);

    if (status == MPCF_E_CLOSED) {
        (void) signal(SIGPIPE, SIG_DFL);
        (void) raise(SIGPIPE);
    }
    return status;
}
#define ring_link_send dying_send
#else
bool deaf_interrupted(void);

bool deaf_interrupted(void)
{
#ifdef LATE
    static _Atomic int64_t heard_at;
    if (!mpcf_interrupted()) {
        heard_at = 0;
    } else if (heard_at == 0) {
        heard_at = stream_now_ns();
    }
    return heard_at != 0 && stream_now_ns() - heard_at > INT64_C(2000000000);
#else
    return false;
#endif
}
#endif

#include "../../../plugins/transport/loopback/loopback.c" /* all but this as it is */
