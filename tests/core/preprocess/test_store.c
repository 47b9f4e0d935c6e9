/* SPDX-License-Identifier: Apache-2.0 */
#include "preprocess/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/descriptors.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/shared_source.h"
#include "support/support.h"

#include "base/digest.h"
#include "base/folder.h"
#include "channel/channel.h"
#include "channel/role.h"
#include "program/program.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "secure/session.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static mpcf_status count_bytes(struct source *s, void *data, size_t length, mpcf_error *err)
{
    uint8_t *next = s->context;
    (void) err;
    for (size_t i = 0; i < length; i++) {
        ((uint8_t *) data)[i] = (*next)++;
    }
    return MPCF_OK;
}

struct fixture {
    mpcf_error *err;
    char *folder;
    struct store *store;
    struct store_identity identity;
};

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.err = mpcf_error_create()};
    f->folder = file_join(test_folder(), "store");
    f->identity.session[0] = 3;
    f->identity.seeds[47] = 9;
    assert_ok(store_create(f->folder, &f->identity, &f->store, f->err), f->err);
}

static void close_fixture(struct fixture *f)
{
    store_close(f->store);
    mpcf_free(f->folder);
    mpcf_error_destroy(f->err);
}

static void fill(struct fixture *f, uint32_t inference)
{
    uint8_t next = 1;
    struct source from = {.read = count_bytes, .context = &next};
    const size_t lengths[] = {5, 0, 7};
    assert_ok(store_fill(f->store, inference, DIGEST_A, &from, lengths, 3, f->err), f->err);
}

static void used_numbers_stay_used_after_reopening(void **state)
{
    (void) state;
    struct fixture f;
    struct store_identity found;
    open_fixture(&f);
    assert_ok(store_consume(f.store, 0, f.err), f.err);
    assert_ok(store_consume(f.store, 4, f.err), f.err);
    store_close(f.store);
    assert_ok(store_open(f.folder, &found, &f.store, f.err), f.err);
    assert_memory_equal(&found, &f.identity, sizeof found);
    assert_int_equal(store_next(f.store), 5);
    assert_status(MPCF_E_INVALID, store_consume(f.store, 4, f.err), f.err);
    assert_message_contains(f.err, "used up");
    close_fixture(&f);
}

static void label_says_what_a_session_is_for(void **state)
{
    (void) state;
    struct fixture f;
    struct store_label label;
    open_fixture(&f);
    store_close(f.store);
    memcpy(f.identity.facts, DIGEST_A, sizeof f.identity.facts);
    assert_ok(store_create(f.folder, &f.identity, &f.store, f.err), f.err);
    assert_ok(store_consume(f.store, 2, f.err), f.err);
    assert_ok(store_look(f.folder, &label, f.err), f.err); /* also while it is in use */
    assert_memory_equal(label.session, f.identity.session, sizeof label.session);
    assert_string_equal(label.facts, DIGEST_A);
    assert_int_equal(label.next, 3);
    assert_status(MPCF_E_IO, store_look("nowhere", &label, f.err), f.err);
    close_fixture(&f);
}

static void second_process_is_refused(void **state)
{
    (void) state;
    struct fixture f;
    struct store *other = NULL;
    struct store_identity found;
    open_fixture(&f);
    assert_status(MPCF_E_INVALID, store_open(f.folder, &found, &other, f.err), f.err);
    assert_message_contains(f.err, "another process uses the store");
    assert_status(MPCF_E_INVALID, store_create(f.folder, &f.identity, &other, f.err), f.err);
    store_close(f.store);
    assert_ok(store_open(f.folder, &found, &f.store, f.err), f.err);
    close_fixture(&f);
}

static void corrections_come_back_once(void **state)
{
    (void) state;
    struct fixture f;
    struct source source;
    uint8_t data[12];
    open_fixture(&f);
    fill(&f, 2);
    assert_ok(store_source(f.store, 2, DIGEST_A, &source, f.err), f.err);
    assert_ok(source.read(&source, data, 12, f.err), f.err);
    for (uint8_t i = 0; i < 12; i++) {
        assert_int_equal(data[i], i + 1);
    }
    assert_status(MPCF_E_FORMAT, source.read(&source, data, 1, f.err), f.err);
    store_source_close(f.store, 2, &source);
    assert_status(MPCF_E_IO, store_source(f.store, 2, DIGEST_A, &source, f.err), f.err);
    close_fixture(&f);
}

static bool has_inference(const struct fixture *f, const char *name)
{
    char *path = file_join(f->folder, name);
    const bool found = file_exists(path);
    mpcf_free(path);
    return found;
}

/* No file of this process gets larger than BYTES: as on a full disk, with other words. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_room_is_said_with_size_and_place(void **state)
{
    (void) state;
    struct fixture f;
    uint8_t next = 1;
    struct source from = {.read = count_bytes, .context = &next};
    const size_t lengths[] = {2000000, 3000000};
    open_fixture(&f);
    descriptors_outlive_writes();
    for (rlim_t room = 0; room < 5000000; room += 1200000) {
        limit_files(room);
        mpcf_error_reset(f.err);
        mpcf_status status = store_fill(f.store, 4, DIGEST_A, &from, lengths, 2, f.err);
        limit_files(RLIM_INFINITY);
        assert_status_was(MPCF_E_IO, status, f.err);
        assert_message_contains(f.err, "store/inference-4', of 5.000 MB where ");
        assert_message_contains(f.err, " MB are free: File too large");
        assert_false(has_inference(&f, "inference-4"));
    }
    fill(&f, 4);
    assert_true(has_inference(&f, "inference-4"));
    close_fixture(&f);
}

static void skipped_corrections_are_gone(void **state)
{
    (void) state;
    struct fixture f;
    struct store_identity found;
    char digest[FILE_DIGEST_SIZE];
    open_fixture(&f);
    for (uint32_t i = 0; i < 4; i++) {
        fill(&f, i);
    }
    assert_ok(store_program(f.store, 2, digest, f.err), f.err);
    assert_string_equal(digest, DIGEST_A);
    assert_status(MPCF_E_IO, store_program(f.store, 4, digest, f.err), f.err);
    assert_ok(store_skip_to(f.store, 2, f.err), f.err);
    assert_false(has_inference(&f, "inference-1"));
    assert_true(has_inference(&f, "inference-2"));
    assert_status(MPCF_E_INVALID, store_skip_to(f.store, 1, f.err), f.err);
    /* One that was begun when the process died. */
    assert_ok(store_consume(f.store, 2, f.err), f.err);
    store_close(f.store);
    assert_ok(store_open(f.folder, &found, &f.store, f.err), f.err);
    assert_int_equal(store_next(f.store), 3);
    assert_false(has_inference(&f, "inference-2"));
    assert_true(has_inference(&f, "inference-3"));
    close_fixture(&f);
}

/* Removed half, or begun half, when the process died. */
static void rest_of_a_store_is_replaced(void **state)
{
    (void) state;
    struct fixture f;
    struct store_identity found;
    open_fixture(&f);
    fill(&f, 0);
    store_close(f.store);
    f.store = NULL;
    char *session = file_join(f.folder, "session"), *part = file_join(f.folder, "session.77.part");
    assert_int_equal(rename(session, part), 0);
    assert_status(MPCF_E_IO, store_open(f.folder, &found, &f.store, f.err), f.err);
    assert_ok(store_create(f.folder, &f.identity, &f.store, f.err), f.err);
    assert_false(file_exists(part));
    assert_false(has_inference(&f, "inference-0"));
    mpcf_free(session);
    mpcf_free(part);
    close_fixture(&f);
}

static void corrections_of_another_program_or_session_are_refused(void **state)
{
    (void) state;
    struct fixture f;
    struct source source;
    open_fixture(&f);
    fill(&f, 0);
    assert_status(MPCF_E_FORMAT, store_source(f.store, 0, DIGEST_B, &source, f.err), f.err);
    assert_message_contains(f.err, "another program");
    char *file = file_join(f.folder, "inference-0"), *away = file_join(test_folder(), "away");
    assert_ok(file_copy(file, away, f.err), f.err);
    store_close(f.store);
    f.identity.session[0] = 4;
    assert_ok(store_create(f.folder, &f.identity, &f.store, f.err), f.err);
    assert_false(file_exists(file)); /* the older session's are gone */
    assert_ok(file_copy(away, file, f.err), f.err);
    assert_status(MPCF_E_FORMAT, store_source(f.store, 0, DIGEST_A, &source, f.err), f.err);
    assert_message_contains(f.err, "another session");
    mpcf_free(file);
    mpcf_free(away);
    close_fixture(&f);
}

static void folder_that_is_no_store_is_left_alone(void **state)
{
    (void) state;
    struct fixture f;
    struct store *other = NULL;
    open_fixture(&f);
    char *folder = file_join(test_folder(), "papers"), *file = file_join(folder, "thesis");
    assert_ok(file_make_folder(folder, f.err), f.err);
    assert_ok(file_write_whole(file, "x", 1, f.err), f.err);
    assert_status(MPCF_E_INVALID, store_create(folder, &f.identity, &other, f.err), f.err);
    assert_true(file_exists(file));
    assert_status(MPCF_E_IO, store_open(folder, &f.identity, &other, f.err), f.err);
    mpcf_free(folder);
    mpcf_free(file);
    close_fixture(&f);
}

static void masked_form_of_other_weights_is_refused(void **state)
{
    (void) state;
    struct fixture f;
    open_fixture(&f);
    assert_ok(store_masked_weights(f.store, "ab", DIGEST_A, f.err), f.err);
    assert_ok(store_masked_weights(f.store, "ab", DIGEST_A, f.err), f.err);
    assert_status(MPCF_E_INVALID, store_masked_weights(f.store, "ab", DIGEST_B, f.err), f.err);
    assert_message_contains(f.err, "weights");
    close_fixture(&f);
}

/* --- Who may look into it --- */

static unsigned mode_of(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    struct stat facts;

    assert_int_equal(stat(path, &facts), 0);
    mpcf_free(path);
    return facts.st_mode & 0777;
}

static void store_is_its_owners_alone(void **state)
{
    (void) state;
    struct fixture f;
    struct store_identity found;
    const mode_t before = umask(0);
    open_fixture(&f);
    fill(&f, 0);
    assert_ok(store_masked_weights(f.store, "ab", DIGEST_A, f.err), f.err);
    assert_int_equal(mode_of(f.folder, "."), 0700);
    assert_int_equal(mode_of(f.folder, "session"), 0600);
    assert_int_equal(mode_of(f.folder, "consumed"), 0600);
    assert_int_equal(mode_of(f.folder, "inference-0"), 0600);
    assert_int_equal(mode_of(f.folder, "packing-ab"), 0600);
    store_close(f.store);
    f.store = NULL;
    assert_int_equal(chmod(f.folder, 0750), 0);
    assert_status(MPCF_E_CONFIG, store_open(f.folder, &found, &f.store, f.err), f.err);
    assert_message_contains(f.err, f.folder);
    assert_message_contains(f.err, "750");
    assert_message_contains(f.err, "chmod 700");
    (void) umask(before);
    close_fixture(&f);
}

/* --- Sessions --- */

struct square_case {
    struct shared_source s;
    struct weights *weights;
    int64_t *x;
    char *folders[2];
    double output[3 * 64];
    struct test_parties t;
};

static void open_square(struct square_case *c)
{
    mpcf_error *err = mpcf_error_create();
    const int64_t *values[32] = {0};
    *c = (struct square_case){.x = source_numbers(64, 10, 5)};
    source_init(&c->s, 8, 8);
    value_id a = source_shared(&c->s, c->x, 32, 10, false);
    (void) test_reveal(c->s.p, source_step(&c->s, STEP_SQUARE, a, 0, false, 32, 20));
    assert_ok(program_finish(c->s.p, err), err);
    values[c->s.steps[0]] = c->x;
    assert_ok(weights_from_values(c->s.p, values, &c->weights, err), err);
    c->folders[0] = file_join(test_folder(), "provider");
    c->folders[1] = file_join(test_folder(), "user");
    c->t = (struct test_parties){.program = c->s.p, .weights = c->weights, .inferences = 1};
    c->t.input = &c->s.input;
    c->t.output = c->output;
    c->t.output_count = 64;
    c->t.stores[0] = c->folders[0];
    c->t.stores[1] = c->folders[1];
    mpcf_error_destroy(err);
}

static void close_square(struct square_case *c)
{
    weights_destroy(c->weights);
    source_clear(&c->s);
    mpcf_free(c->folders[0]);
    mpcf_free(c->folders[1]);
    free(c->x);
}

static void assert_squares(const struct square_case *c)
{
    for (size_t i = 0; i < 64 * c->t.inferences; i++) {
        int64_t x = c->x[i % 64];
        assert_int_equal((int64_t) c->output[i], x * x);
    }
}

static void stored_session_resumes_without_the_dealer(void **state)
{
    (void) state;
    struct square_case c;
    open_square(&c);
    c.t.deal_ahead = 3;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    assert_squares(&c);
    test_parties_clear(&c.t);
    c.t.deal_ahead = 0;
    c.t.inferences = 2;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    assert_squares(&c);
    test_parties_clear(&c.t);
    /* All three are used up. */
    c.t.inferences = 1;
    test_parties_run(&c.t);
    assert_status_was(MPCF_E_IO, c.t.status[ROLE_USER], c.t.errors[ROLE_USER]);
    assert_message_contains(c.t.errors[ROLE_USER], "no corrections of inference 3");
    assert_status_was(MPCF_E_CLOSED, c.t.status[ROLE_PROVIDER], c.t.errors[ROLE_PROVIDER]);
    test_parties_clear(&c.t);
    close_square(&c);
}

static void stored_session_goes_forward_only(void **state)
{
    (void) state;
    struct square_case c;
    struct session *session = NULL;
    char digest[FILE_DIGEST_SIZE];
    mpcf_error *err = mpcf_error_create();
    struct channel *none[3] = {NULL};
    open_square(&c);
    c.t.deal_ahead = 3;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    test_parties_clear(&c.t);
    struct session_options o = {
        .role = ROLE_USER, .store_path = c.folders[1], .resume = true, .session = {8}};
    assert_status(MPCF_E_INVALID, session_create(&o, none, &session, err), err);
    assert_message_contains(err, "another session");
    o.session[0] = 7;
    assert_ok(session_create(&o, none, &session, err), err);
    assert_int_equal(session_next(session), 1);
    assert_ok(session_stored_program(session, 1, digest, err), err);
    assert_string_equal(digest, c.s.p->digest);
    assert_ok(session_skip_to(session, 2, err), err);
    assert_status(MPCF_E_IO, session_stored_program(session, 1, digest, err), err);
    assert_status(MPCF_E_INVALID, session_skip_to(session, 1, err), err);
    session_destroy(session);
    /* Also the next process finds it so. */
    assert_ok(session_create(&o, none, &session, err), err);
    assert_int_equal(session_next(session), 2);
    session_destroy(session);
    close_square(&c);
    mpcf_error_destroy(err);
}

static void stored_session_deals_as_it_goes(void **state)
{
    (void) state;
    struct square_case c;
    open_square(&c);
    c.t.deal_ahead = 1;
    c.t.inferences = 3;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    assert_squares(&c);
    test_parties_clear(&c.t);
    close_square(&c);
}

static void resuming_with_other_weights_is_refused(void **state)
{
    (void) state;
    struct square_case c;
    mpcf_error *err = mpcf_error_create();
    const int64_t *values[32] = {0};
    int64_t *other = source_numbers(64, 10, 6);
    open_square(&c);
    c.t.deal_ahead = 2;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    test_parties_clear(&c.t);
    weights_destroy(c.weights);
    values[c.s.steps[0]] = other;
    assert_ok(weights_from_values(c.s.p, values, &c.weights, err), err);
    c.t.weights = c.weights;
    c.t.deal_ahead = 0;
    test_parties_run(&c.t);
    assert_status_was(MPCF_E_INVALID, c.t.status[ROLE_PROVIDER], c.t.errors[ROLE_PROVIDER]);
    test_parties_clear(&c.t);
    close_square(&c);
    free(other);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(used_numbers_stay_used_after_reopening),
        cmocka_unit_test(label_says_what_a_session_is_for),
        cmocka_unit_test(second_process_is_refused),
        cmocka_unit_test(corrections_come_back_once),
        cmocka_unit_test(no_room_is_said_with_size_and_place),
        cmocka_unit_test(skipped_corrections_are_gone),
        cmocka_unit_test(rest_of_a_store_is_replaced),
        cmocka_unit_test(corrections_of_another_program_or_session_are_refused),
        cmocka_unit_test(folder_that_is_no_store_is_left_alone),
        cmocka_unit_test(masked_form_of_other_weights_is_refused),
        cmocka_unit_test(store_is_its_owners_alone),
        cmocka_unit_test(stored_session_resumes_without_the_dealer),
        cmocka_unit_test(stored_session_goes_forward_only),
        cmocka_unit_test(stored_session_deals_as_it_goes),
        cmocka_unit_test(resuming_with_other_weights_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
