/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each role dies, or sleeps for three deadlines, at each message of a run: over each transport, with
 * corrections streamed, dealt ahead, and taken up again; and its disk has no room, at each write.
 * Every eighth message, so that scripts/check --all ends; $MPCF_FAULTS_STEP makes that every so many (1: each,
 * some hours), $MPCF_FAULTS_UNTIL those of a smaller number.
 */
#include <stdlib.h>

#include "faults/sweep.h"
#include "support/support.h"

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static void check(void **state)
{
    const char *more = getenv("MPCF_FAULTS_STEP"), *until = getenv("MPCF_FAULTS_UNTIL");
    struct sweep_events events = *(const struct sweep_events *) *state;
    struct sweep_list list = {&base, NULL, 0};
    struct sweep_tally tally = {0};

    events.end = until != NULL ? strtoul(until, NULL, 10) : 0;
    events.step *= more != NULL ? strtoul(more, NULL, 10) : 8;
    sweep_add(&list, &events);
    print_message("%s over %s, %s: every %zu. event of %s\n", events.act, events.transport,
                  trio_sessions[events.session], events.step, events.place);
    sweep_run(&list, 1e9, &tally);
    if (list.count > 0) {
        judge_tally(&tally);
    }
    sweep_clear(&list);
}

#define SWEEP(act, place, transport, session, start, step)                                         \
    {                                                                                              \
        act "_" place "_" transport "_" #session, check, NULL, NULL, &(struct sweep_events)        \
        {                                                                                          \
            transport, session, act, place, start, step, 0                                         \
        }                                                                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SWEEP("kill", "wire", "tcp", TRIO_STREAM, 0, 1),
        SWEEP("kill", "wire", "tcp", TRIO_STORE, 0, 1),
        SWEEP("kill", "wire", "tcp", TRIO_RESUME, 0, 1),
        SWEEP("kill", "wire", "zmq", TRIO_STREAM, 0, 1),
        SWEEP("kill", "wire", "zmq", TRIO_STORE, 0, 1),
        SWEEP("kill", "wire", "zmq", TRIO_RESUME, 0, 1),
        SWEEP("kill", "wire", "loopback", TRIO_STREAM, 0, 1),
        SWEEP("kill", "wire", "loopback", TRIO_RESUME, 0, 1),
        SWEEP("tear", "wire", "tcp", TRIO_RESUME, 0, 1),
        SWEEP("freeze", "wire", "tcp", TRIO_STREAM, 0, 1),
        SWEEP("freeze", "wire", "tcp", TRIO_RESUME, 0, 1),
        SWEEP("freeze", "wire", "zmq", TRIO_STORE, 0, 1),
        SWEEP("freeze", "wire", "loopback", TRIO_STREAM, 0, 1),
        SWEEP("full", "disk", "tcp", TRIO_STORE, 0, 1),
        SWEEP("full", "disk", "tcp", TRIO_RESUME, 0, 1),
        SWEEP("deny", "disk", "tcp", TRIO_STORE, 0, 1),
        SWEEP("deny", "disk", "tcp", TRIO_RESUME, 0, 1),
        SWEEP("kill", "disk", "tcp", TRIO_STORE, 1, 1),
        SWEEP("kill", "disk", "tcp", TRIO_RESUME, 1, 1),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
