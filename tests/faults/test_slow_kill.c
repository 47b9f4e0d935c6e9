/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each role dies, or sleeps for three deadlines, at each message of a run: over each transport, with
 * corrections streamed, dealt ahead, and taken up again.
 */
#include <stdio.h>
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

/* Every STEP-th message; $MPCF_FAULTS_STEP multiplies that. */
static void check(const char *act, const char *place, const char *transport, enum trio_session session, size_t start, size_t step)
{
    const char *more = getenv("MPCF_FAULTS_STEP");
    const size_t factor = more != NULL ? strtoul(more, NULL, 10) : 1;
    struct sweep_list list = {NULL, 0};
    struct sweep_tally tally = {0};

    sweep_add(&list, &base, transport, session, act, place, start, step * factor);
    print_message("%s, %s, %s, %s: every %zu. message\n", act, place, transport, trio_sessions[session], step * factor);
    sweep_run(&base, &list, &tally);
    sweep_clear(&list);
    sweep_judge(&tally);
}

#define SWEEP(name, act, place, transport, session, start, step)                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void) state;                                                                              \
        check(act, place, transport, session, start, step);                                                      \
    }
SWEEP(killed_tcp_stream, "kill", "wire", "tcp", TRIO_STREAM, 0, 1)
SWEEP(killed_tcp_store, "kill", "wire", "tcp", TRIO_STORE, 0, 1)
SWEEP(killed_tcp_resume, "kill", "wire", "tcp", TRIO_RESUME, 0, 1)
SWEEP(killed_zmq_stream, "kill", "wire", "zmq", TRIO_STREAM, 0, 1)
SWEEP(killed_zmq_store, "kill", "wire", "zmq", TRIO_STORE, 0, 1)
SWEEP(killed_zmq_resume, "kill", "wire", "zmq", TRIO_RESUME, 0, 1)
SWEEP(killed_loopback_stream, "kill", "wire", "loopback", TRIO_STREAM, 0, 1)
SWEEP(torn_tcp_resume, "tear", "wire", "tcp", TRIO_RESUME, 0, 1)
SWEEP(frozen_tcp_stream, "freeze", "wire", "tcp", TRIO_STREAM, 0, 1)
SWEEP(frozen_tcp_resume, "freeze", "wire", "tcp", TRIO_RESUME, 0, 1)
SWEEP(frozen_zmq_store, "freeze", "wire", "zmq", TRIO_STORE, 0, 1)
SWEEP(frozen_loopback_stream, "freeze", "wire", "loopback", TRIO_STREAM, 0, 1)
SWEEP(full_store, "full", "disk", "tcp", TRIO_STORE, 0, 1)
SWEEP(full_resume, "full", "disk", "tcp", TRIO_RESUME, 0, 1)
SWEEP(killed_disk_store, "kill", "disk", "tcp", TRIO_STORE, 1, 1)
SWEEP(killed_disk_resume, "kill", "disk", "tcp", TRIO_RESUME, 1, 1)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_store),cmocka_unit_test(full_resume),cmocka_unit_test(killed_disk_store),cmocka_unit_test(killed_disk_resume),
        cmocka_unit_test(killed_tcp_stream),      cmocka_unit_test(killed_tcp_store),
        cmocka_unit_test(killed_tcp_resume),      cmocka_unit_test(killed_zmq_stream),
        cmocka_unit_test(killed_zmq_store),       cmocka_unit_test(killed_zmq_resume),
        cmocka_unit_test(killed_loopback_stream), cmocka_unit_test(torn_tcp_resume),
        cmocka_unit_test(frozen_tcp_stream),      cmocka_unit_test(frozen_tcp_resume),
        cmocka_unit_test(frozen_zmq_store),       cmocka_unit_test(frozen_loopback_stream),
    };

    cmocka_set_test_filter(getenv("MPCF_FAULTS_ONLY"));
    return cmocka_run_group_tests(tests, make_base, NULL);
}
