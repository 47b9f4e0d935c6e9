/* SPDX-License-Identifier: Apache-2.0 */
/* With which files a caller is met: those that stand there when it calls. */
#include "tls_accept.h"

#include <unistd.h>

#include "tls_context.h"

/* Files that have changed are the next caller's. */
static mpcf_status let_in(void *listener, int fd, void **link, mpcf_error *err)
{
    struct tls_listener *l = listener;
    struct tls_link *made = NULL;
    mpcf_status status = tls_credentials_renew(&l->config, true, &l->credentials, err);

    if (status != MPCF_OK) {
        (void) close(fd);
        return mpcf_fail_while(err, status, "the files of keys have changed, and nobody is let in");
    }
    MPCF_TRY(tls_link_create(l->credentials, fd, false, -1, &made, err));
    *link = made;
    return MPCF_OK;
}

static mpcf_status shake(void *link, bool *done, short *events, mpcf_error *err)
{
    return tls_link_shake(link, done, events, err);
}

/* Who has said nothing yet, and who has. */
static unsigned progress(const void *link)
{
    return SSL_get_state(((const struct tls_link *) link)->ssl) != TLS_ST_BEFORE;
}

static int fd_of(const void *link)
{
    return ((const struct tls_link *) link)->fd;
}

static void close_link(void *link)
{
    tls_link_close(link);
}

mpcf_status tls_accept(struct tls_listener *l, int64_t deadline, struct tls_link **out,
                       mpcf_error *err)
{
    static const struct door_manners manners = {"TLS", let_in, shake, progress, fd_of, close_link};
    void *link = NULL;

    l->door.manners = &manners;
    l->door.listener = l;
    l->door.socket = &l->config.socket;
    l->door.fd = l->fd;
    MPCF_TRY(door_accept(&l->door, deadline, &link, err));
    *out = link;
    return MPCF_OK;
}

void tls_accept_clear(struct tls_listener *l)
{
    door_clear(&l->door);
}
