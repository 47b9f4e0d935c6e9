/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user that agrees in its handshake, and then announces what was not agreed: provider and dealer,
 * processes of their own, refuse it in words, and take no more memory than for an honest run.
 */
#include "support/support.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "inference/announcement.h"
#include "inference/role_facts.h"
#include "inference/secure_student.h"
#include "pipeline/open_pipeline.h"
#include "roles/roles.h"
#include "support/apart.h"
#include "support/peak_memory.h"
#include "support/run_folder.h"

/* --- Processes, and what they took --- */

struct served {
    pid_t pid;
    int status; /* exit status, or -1 */
    long peak;  /* KiB */
    bool is_over;
};

/* The most that was resident of PID so far; its image before exec is not counted, as wait4() would. */
static long peak_of(pid_t pid, long before)
{
    char path[64], line[256];
    long peak = before;

    (void) snprintf(path, sizeof path, "/proc/%ld/status", (long) pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            peak = strtol(line + 6, NULL, 10);
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return peak > before ? peak : before;
}

/* Whether S is over, which is killed where it may NOT_GO on. */
static bool look_at(struct served *s, bool not_go)
{
    int status = 0;

    if (not_go && !s->is_over) {
        (void) kill(s->pid, SIGKILL);
    }
    if (!s->is_over && waitpid(s->pid, &status, not_go ? 0 : WNOHANG) != 0) {
        s->is_over = true;
        s->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    } else if (!s->is_over) {
        s->peak = peak_of(s->pid, s->peak);
    }
    return s->is_over;
}

/* All at once, as one may end long before another. */
static void wait_for_all(struct served *all, size_t count, double seconds)
{
    const struct timespec pause = {0, 5000000};
    const int64_t began_ns = clock_now_ns();
    size_t over = 0;

    while (over < count) {
        const bool is_late = clock_seconds_since(began_ns) > seconds;

        over = 0;
        for (size_t i = 0; i < count; i++) {
            over += look_at(&all[i], is_late);
        }
        (void) nanosleep(&pause, NULL);
    }
}

static struct served wait_for(pid_t pid, double seconds)
{
    struct served s = {.pid = pid};

    wait_for_all(&s, 1, seconds);
    return s;
}

/* Peaks of an honest run: what a role may take. */
static void honest_peaks(const char *folder, long peaks[ROLES])
{
    struct served all[ROLES] = {{.pid = 0}};

    for (int r = 0; r < ROLES; r++) {
        all[r].pid = apart_start(folder, r, NULL, NULL);
    }
    wait_for_all(all, ROLES, 60);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(all[r].status, 0);
        assert_true(all[r].peak > 0);
        peaks[r] = all[r].peak;
    }
}

/* --- The user --- */

struct hostile {
    mpcf_error *err;
    char *file;
    struct pipeline *p;
    struct secure_student student;
    struct handshake mine;
    struct roles *roles;
    struct roles_links links;
};

static void hostile_open(struct hostile *h, const char *folder)
{
    *h = (struct hostile){.err = mpcf_error_create(), .file = file_join(folder, "pipeline.yaml")};
    const struct pipeline_request source = {.file = h->file};

    assert_ok(pipeline_open(&source, &h->p, h->err), h->err);
    assert_ok(secure_student_open(h->p, STUDENT_PUBLIC, &h->student, h->err), h->err);
    struct roles_options o = {.role = ROLE_USER,
                              .transport = h->p->transport.descriptor,
                              .config = h->p->endpoints[ROLE_USER].config,
                              .plain_allowed = true,
                              .connect_ns = h->p->infer.connect_ns,
                              .timeout_ns = h->p->infer.timeout_ns};

    for (size_t i = 0; i < 3; i++) {
        o.addresses[i] = h->p->endpoints[i].address;
    }
    handshake_init(&h->mine, ROLE_USER);
    assert_ok(role_facts_add(&h->student, &h->mine, h->err), h->err);
    assert_ok(roles_open(&o, &h->roles, h->err), h->err);
}

static void hostile_close(struct hostile *h)
{
    roles_links_close(&h->links);
    roles_close(h->roles);
    secure_student_close(&h->student);
    pipeline_close(h->p);
    mpcf_free(h->file);
    mpcf_error_destroy(h->err);
}

/* To both, whatever they answer, with the digest of the very program where there is one: nothing
 * but what was agreed speaks against it. */
static void say(struct hostile *h, const struct announcement *word)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement a = *word;
    struct secure_program program;

    if (a.shape.tokens > 0 &&
        secure_student_program(&h->student, &a.shape, &program, NULL) == MPCF_OK) {
        memcpy(a.digest, program.program->digest, sizeof a.digest);
    }
    announcement_encode(&a, wire);
    (void) channel_send(h->links.peers[ROLE_PROVIDER], wire, sizeof wire, NULL);
    (void) channel_send(h->links.peers[ROLE_DEALER], wire, sizeof wire, NULL);
}

/* --- Cases --- */

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
enum { WORDS = 3 };

static const struct announcement session_of_one = {.kind = ANNOUNCE_SESSION, .count = 1};

enum { DATA_LIMIT = 256 << 20 };

/* Provider and dealer, whose memory ends at DATA_LIMIT bytes: what is taken for a moment only, and
 * seen by nobody, would end a role in other words. */
static void start_both(const char *folder, struct served both[2])
{
    struct rlimit before = {0, 0}, less;

    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    less = before;
    if (peak_memory_works()) {
        less.rlim_cur = DATA_LIMIT;
        assert_int_equal(setrlimit(RLIMIT_DATA, &less), 0);
    }
    both[0] = (struct served){.pid = apart_start(folder, PROVIDER, NULL, NULL)};
    both[1] = (struct served){.pid = apart_start(folder, DEALER, NULL, NULL)};
    assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
}

/* Says all of WORDS up to one without a kind; both end with PART, within the peaks. */
static void check(const char *folder, const struct announcement words[WORDS], const char *part,
                  const long peaks[ROLES])
{
    const int roles[] = {PROVIDER, DEALER};
    struct served both[2];
    struct hostile h;

    start_both(folder, both);
    hostile_open(&h, folder);
    assert_ok(roles_join(h.roles, &h.mine, &h.links, h.err), h.err);
    for (size_t i = 0; i < 2; i++) {
        (void) look_at(&both[i], false);
    }
    for (size_t i = 0; i < WORDS && words[i].kind != 0; i++) {
        say(&h, &words[i]);
    }
    wait_for_all(both, 2, 30);
    for (size_t i = 0; i < 2; i++) {
        const long allowed = peaks[roles[i]] + peaks[roles[i]] / 4;

        print_message("%s: %ld KiB, in an honest run %ld: %s\n", apart_names[roles[i]],
                      both[i].peak, peaks[roles[i]], part);
        assert_int_equal(both[i].status, 1);
        apart_assert_logged(folder, roles[i], part);
        if (peak_memory_works() && both[i].peak > allowed) {
            fail_msg("'%s': the %s took %ld KiB, in an honest run %ld", part, apart_names[roles[i]],
                     both[i].peak, peaks[roles[i]]);
        }
    }
    hostile_close(&h);
}

static void shapes_that_were_not_agreed_cost_nothing(void **state)
{
    const char *folder = apart_create("batch: 2, timeout: 20s", 3);
    long peaks[ROLES];
    struct announcement words[WORDS] = {session_of_one,
                                        {.kind = ANNOUNCE_INFERENCE, .digest = DIGEST}};

    (void) state;
    honest_peaks(folder, peaks);
    words[1].shape = (struct secure_shape){1 << 20, 16, false};
    check(folder, words, "announces 1048576 examples in a run; agreed were 2", peaks);
    words[1].shape = (struct secure_shape){1 << 13, 16, false};
    check(folder, words, "announces 8192 examples in a run; agreed were 2", peaks);
    words[1].shape = (struct secure_shape){2, 1 << 20, false};
    check(folder, words, "announces a length of 1048576 tokens", peaks);
    words[1].shape = (struct secure_shape){2, 17, false};
    check(folder, words, "announces a length of 17 tokens", peaks);
    words[1].shape = (struct secure_shape){2, 16, true};
    check(folder, words, "examples in a run of exact length; agreed were 2", peaks);
    /* Nor before a session was announced. */
    words[0] = words[1];
    words[0].shape = (struct secure_shape){1 << 20, 1 << 20, false};
    words[1] = (struct announcement){0};
    check(folder, words, "announces 1048576 examples in a run", peaks);
}

static void more_than_was_announced_is_refused(void **state)
{
    const char *folder = apart_create("batch: 2, timeout: 20s", 3);
    long peaks[ROLES];
    struct announcement words[WORDS] = {
        session_of_one,
        {.kind = ANNOUNCE_INFERENCE, .shape = {2, 16, false}, .number = 1, .digest = DIGEST}};

    (void) state;
    honest_peaks(folder, peaks);
    check(folder, words, "announces inference 1; the session has 1, of which 0", peaks);
    words[1] = session_of_one;
    check(folder, words, "begins another session, and 1 of 1 inferences", peaks);
    words[0] = (struct announcement){.kind = ANNOUNCE_SESSION, .count = 1 << 20};
    check(folder, words, "begins a session of 1048576 inferences", peaks);
    words[0] = (struct announcement){.kind = ANNOUNCE_RESUME};
    check(folder, words, "nothing is stored", peaks);
}

static void deals_beyond_the_session_are_refused(void **state)
{
    const char *folder =
        apart_create("batch: 2, preprocess: store, store_runs: 2, timeout: 20s", 3);
    long peaks[ROLES];
    struct announcement words[WORDS] = {
        session_of_one,
        {.kind = ANNOUNCE_DEAL, .shape = {2, 16, false}, .count = 1 << 20, .digest = DIGEST}};

    (void) state;
    honest_peaks(folder, peaks);
    check(folder, words, "has 1048576 more inferences dealt ahead, behind 0", peaks);
    words[1].shape.batch = 1 << 20;
    check(folder, words, "announces 1048576 examples in a run", peaks);
}

/* The id of the one session that lies there: its folder's name. */
static void read_stored(const char *folder, uint8_t id[HANDSHAKE_SESSION])
{
    char *root = file_join(folder, "run/store/user");
    DIR *listing = opendir(root);
    size_t found = 0;

    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (strlen(e->d_name) == 2 * HANDSHAKE_SESSION) {
            found++;
            for (size_t i = 0; i < HANDSHAKE_SESSION; i++) {
                const char pair[3] = {e->d_name[2 * i], e->d_name[2 * i + 1], '\0'};

                id[i] = (uint8_t) strtoul(pair, NULL, 16);
            }
        }
    }
    (void) closedir(listing);
    mpcf_free(root);
    assert_int_equal(found, 1);
}

/* The user's word about its own disk is a number, too: the provider goes no further than a session
 * has inferences, and uses none of them up. */
static void a_number_beyond_the_session_uses_nothing_up(void **state)
{
    const char *folder =
        apart_create("batch: 2, preprocess: store, store_runs: 3, timeout: 20s", 3);
    const struct announcement resume = {.kind = ANNOUNCE_RESUME};
    const uint64_t numbers[] = {4097, UINT32_MAX, UINT64_MAX};
    long peaks[ROLES];
    struct hostile h;
    pid_t pids[ROLES];

    (void) state;
    honest_peaks(folder, peaks);
    for (size_t i = 0; i < 3; i++) {
        pids[PROVIDER] = apart_start(folder, PROVIDER, NULL, NULL);
        pids[DEALER] = apart_start(folder, DEALER, NULL, NULL);
        hostile_open(&h, folder);
        h.mine.has_stored = true;
        h.mine.next_inference = numbers[i];
        read_stored(folder, h.mine.stored);
        assert_ok(roles_join(h.roles, &h.mine, &h.links, h.err), h.err);
        assert_true(h.links.has_stored);
        say(&h, &resume);
        assert_int_equal(wait_for(pids[PROVIDER], 30).status, 1);
        apart_assert_logged(folder, PROVIDER, "of a stored session, which has at most 4096");
        hostile_close(&h);
        assert_int_equal(wait_for(pids[DEALER], 30).status, 1);
    }
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(wait_for(pids[r], 60).status, 0);
    }
    apart_assert_logged(folder, USER, "is taken up at inference 2");
    apart_assert_logged(folder, PROVIDER, "is taken up at inference 2");
}

/* To the provider alone. */
static void tell(struct hostile *h, const struct announcement *word)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];

    announcement_encode(word, wire);
    (void) channel_send(h->links.peers[ROLE_PROVIDER], wire, sizeof wire, NULL);
}

/* A user that was told that its questions are too many, and asks as if it had not been. */
static void a_refused_session_is_none(void **state)
{
    const char *folder = apart_create("batch: 2, examples: 2, max_questions: 2, timeout: 20s", 3);
    const struct announcement words[] = {
        {.kind = ANNOUNCE_SESSION, .count = 1, .questions = 1000},
        {.kind = ANNOUNCE_INFERENCE, .shape = {2, 16, false}, .digest = DIGEST}};
    pid_t pids[ROLES];
    struct hostile h;

    (void) state;
    pids[PROVIDER] = apart_start(folder, PROVIDER, NULL, NULL);
    pids[DEALER] = apart_start(folder, DEALER, NULL, NULL);
    hostile_open(&h, folder);
    assert_ok(roles_join(h.roles, &h.mine, &h.links, h.err), h.err);
    tell(&h, &words[0]);
    tell(&h, &words[1]);
    assert_int_equal(wait_for(pids[PROVIDER], 30).status, 1);
    apart_assert_logged(folder, PROVIDER,
                        "a user asks 1000 questions, and 2 of 2 are left: refused");
    apart_assert_logged(folder, PROVIDER, "the user has not announced a session");
    hostile_close(&h);
    assert_int_equal(wait_for(pids[DEALER], 30).status, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_that_were_not_agreed_cost_nothing),
        cmocka_unit_test(more_than_was_announced_is_refused),
        cmocka_unit_test(deals_beyond_the_session_are_refused),
        cmocka_unit_test(a_number_beyond_the_session_uses_nothing_up),
        cmocka_unit_test(a_refused_session_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
