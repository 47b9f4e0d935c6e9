/* SPDX-License-Identifier: Apache-2.0 */
#include "inference/farewell.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "channel/pair.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

struct listener {
    struct channel *channel;
    mpcf_error *err;
};

static void *listen_there(void *context)
{
    struct listener *l = context;
    char got[4];
    assert_status(MPCF_E_CLOSED, channel_recv(l->channel, got, 4, l->err), l->err);
    channel_close(l->channel);
    return NULL;
}

/* What both peers are told where STATUS and TEXT end the provider. */
static void expect_farewell(mpcf_status status, const char *text, const char *want)
{
    struct roles_links links = {.has_stored = false};
    struct listener listeners[2];
    pthread_t threads[2];
    mpcf_error *err = mpcf_error_create();
    (void) mpcf_fail(err, status, "%s", text);
    for (size_t i = 0; i < 2; i++) {
        struct channel *ends[2];
        assert_int_equal(channel_pair(20 * SECOND, ends, NULL), MPCF_OK);
        links.peers[ROLE_USER + i] = ends[0];
        listeners[i] = (struct listener){ends[1], mpcf_error_create()};
        channel_set_peer(ends[1], "provider", NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, listen_there, &listeners[i]), 0);
    }
    int64_t began = clock_now_ns();
    farewell_say(&links, status, err);
    assert_true(clock_now_ns() - began < SECOND);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_message_contains(listeners[i].err, "the provider ended the run, saying: ");
        assert_string_equal(strstr(mpcf_error_text(listeners[i].err), "saying: ") + 8, want);
        mpcf_error_destroy(listeners[i].err);
    }
    roles_links_close(&links);
    mpcf_error_destroy(err);
}

static void the_others_hear_why(void **state)
{
    (void) state;
    expect_farewell(MPCF_E_TIMEOUT, "receiving from the dealer at 127.0.0.1:9002: no sign of life",
                    "receiving from the dealer at 127.0.0.1:9002: no sign of life");
    expect_farewell(MPCF_E_INTERRUPTED, "the provider was stopped by a signal",
                    "stopped by a signal");
    expect_farewell(MPCF_E_NOMEM, "out of memory for 12 bytes", "out of memory for 12 bytes");
}

static void folders_and_inputs_stay_here(void **state)
{
    (void) state;
    expect_farewell(MPCF_E_IO, "cannot write '/home/al ice/run/3.bin': No space left on device",
                    "cannot write '3.bin': No space left on device");
    expect_farewell(MPCF_E_IO, "/a/b/c.json: cannot open /d/e, ../f/g: No such file",
                    "c.json: cannot open e, g: No such file");
    expect_farewell(MPCF_E_IO, "the peer's file /a/b (in /c/d): no",
                    "the peer's file b (in d): no");
    expect_farewell(MPCF_E_INVALID, "node 'x': an id is outside 0 .. 7",
                    "argument outside the documented range");
    expect_farewell(MPCF_E_RANGE, "node 'x': 12.5 does not fit",
                    "value does not fit the fixed-point range");
}

/* Longer than a peer takes in a second, where one does not listen. */
static void who_does_not_listen_is_not_waited_for(void **state)
{
    (void) state;
    struct roles_links links = {.has_stored = false};
    struct channel *far[2];
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 2; i++) {
        struct channel *ends[2];
        assert_int_equal(channel_pair(20 * SECOND, ends, NULL), MPCF_OK);
        links.peers[ROLE_USER + i] = ends[0];
        far[i] = ends[1];
    }
    int64_t began = clock_now_ns();
    farewell_say(&links, MPCF_E_IO, err);
    assert_true(clock_now_ns() - began < 2 * SECOND);
    for (size_t i = 0; i < 2; i++) {
        channel_close(far[i]);
    }
    roles_links_close(&links);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_others_hear_why),
        cmocka_unit_test(folders_and_inputs_stay_here),
        cmocka_unit_test(who_does_not_listen_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
