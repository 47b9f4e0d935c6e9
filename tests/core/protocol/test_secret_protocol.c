/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No branch and no address in the protocols depends on a secret: all three roles run a program
 * of every step under memcheck, with weights, ids and everything that arrives (seeds,
 * corrections, masked weights, openings) marked as undefined. The test runs itself again under
 * valgrind; without it, or where a sanitizer has the memory, it is skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "base/file.h"
#include "channel/role.h"
#include "program/program.h"
#include "protocol/batch_code.h"
#include "protocol/placement.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/frames.h"
#include "support/memcheck.h"
#include "support/shared_source.h"
#include "support/support.h"

#ifdef VALGRIND_MAKE_MEM_UNDEFINED

/* Whether all ids are in the table leaves the user's check, as an error of its own. */
static const char suppressions[] = "{\n   ids_result\n   Memcheck:Cond\n   fun:user_ids\n   "
                                   "fun:fill*\n   fun:compute\n   ...\n}\n";

struct hiding {
    mpcf_transport shown;
    const mpcf_transport *real;
    void *conn;
    struct frames frames;
};

/* What is sent is no secret of the transport's; what comes in messages is one of the others. */
static mpcf_status hiding_advance(void *conn, const void *out, size_t *out_length, void *in,
                                  size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct hiding *h = conn;
    void *copy = malloc(*out_length + 1);
    if (*out_length != 0) {
        memcpy(copy, out, *out_length);
    }
    (void) VALGRIND_MAKE_MEM_DEFINED(copy, *out_length);
    mpcf_status status = h->real->advance(h->conn, copy, out_length, in, in_length, deadline, err);
    free(copy);
    if (*in_length != 0 && frames_next(&h->frames, in, *in_length)) {
        (void) VALGRIND_MAKE_MEM_UNDEFINED(in, *in_length);
    }
    return status;
}

static void hiding_close(void *conn)
{
    struct hiding *h = conn;
    h->real->close(h->conn);
    free(h);
}

static const mpcf_transport *hide_link(void *context, enum role own, enum role peer,
                                       const mpcf_transport *transport, void *conn, void **wrapped)
{
    struct hiding *h = calloc(1, sizeof *h);
    (void) context, (void) own, (void) peer;
    *h = (struct hiding){.shown = *transport, .real = transport, .conn = conn};
    h->shown.advance = hiding_advance;
    h->shown.peer_identity = NULL;
    h->shown.close = hiding_close;
    *wrapped = h;
    return &h->shown;
}

static void nothing_depends_on_secrets(void **state)
{
    (void) state;
    struct shared_source s;
    mpcf_error *err = mpcf_error_create();
    source_every_step(&s, 7, 9);
    (void) test_reveal(s.p, s.p->steps[s.p->step_count - 1].out);
    assert_ok(program_finish(s.p, err), err);
    struct placements *placements = NULL;
    assert_ok(placements_create(s.p, &s.input, &placements, err), err); /* with the input */
    s.input.placements = placements;
    for (size_t i = 0; i < s.p->step_count; i++) {
        const struct step *step = &s.p->steps[i];
        const int32_t *at = NULL;
        if (step->kind == STEP_USER_BUCKETS) {
            assert_ok(placement_rows(&s.input, step, &at, err), err);
            (void) VALGRIND_MAKE_MEM_UNDEFINED(at, batch_code_asked(step->buckets) * sizeof *at);
        } else if (step->kind == STEP_USER_SLOTS) {
            assert_ok(placement_slots(&s.input, step, &at, err), err);
            (void) VALGRIND_MAKE_MEM_UNDEFINED(at, s.rows * sizeof *at);
        }
    }
    for (size_t i = 0; i < s.count; i++) {
        size_t count = s.p->values[s.p->steps[s.steps[i]].out].dims.count;
        (void) VALGRIND_MAKE_MEM_UNDEFINED(s.numbers[i], count * sizeof *s.numbers[i]);
    }
    (void) VALGRIND_MAKE_MEM_UNDEFINED(s.ids, s.rows * sizeof *s.ids);
    struct weights *w = source_weights(&s);
    double output[64];
    struct test_parties t = {.program = s.p, .weights = w, .input = &s.input, .output = output};
    t.tables = w;
    t.wrap = hide_link;
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    assert_int_equal(0, VALGRIND_COUNT_ERRORS);
    test_parties_clear(&t);
    weights_destroy(w);
    placements_destroy(placements);
    source_clear(&s);
    mpcf_error_destroy(err);
}

static int run_again(const char *self)
{
    static char option[512];
    const char *folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    char path[256];
    (void) snprintf(path, sizeof path, "%s/mpcf-suppressions-%ld", folder, (long) getpid());
    if (file_write_whole(path, suppressions, sizeof suppressions - 1, NULL) != MPCF_OK) {
        return 1;
    }
    (void) snprintf(option, sizeof option, "--suppressions=%s", path);
    (void) setenv("MPCF_SUPPRESSIONS", path, 1);
    int status = memcheck_again(self, option);
    (void) unlink(path);
    return status;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_depends_on_secrets)};
    (void) argc;
    if (!RUNNING_ON_VALGRIND) {
        return run_again(argv[0]);
    }
    int status = cmocka_run_group_tests(tests, NULL, NULL);
    (void) unlink(getenv("MPCF_SUPPRESSIONS"));
    return status;
}

#else

int main(void)
{
    return memcheck_absent();
}

#endif
