/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/link_keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/key_file.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "support/role_keys.h"
#include "support/support.h"

#define HEAD                                                                                       \
    "version: 1\noutput: out\nplugins: [toy]\nmodel: {family: toy, path: net}\n"                   \
    "dataset: {reader: toy, task: SST-2, path: data}\nstages: {infer: {}}\n"
#define PARTIES                                                                                    \
    "parties:\n  provider: {listen: '127.0.0.1:1', keys: provider.key}\n"                          \
    "  dealer: {listen: '127.0.0.1:2', keys: dealer.key}\n  user: {keys: user.key}\n"
#define NO_KEYS "parties:\n  provider: {listen: '127.0.0.1:1'}\n  dealer: {listen: '127.0.0.1:2'}\n"

struct opened {
    struct pipeline *p;
    mpcf_error *err;
};

static mpcf_status open_it(struct opened *o, const char *text, const char *set)
{
    char *path = file_join(test_folder(), "p.yaml");
    const struct pipeline_request request = {
        .file = path,
        .sets = &set,
        .set_count = set != NULL,
        .plugin_folder = getenv("MPCF_TEST_PLUGINS"),
    };

    *o = (struct opened){.err = mpcf_error_create()};
    assert_ok(file_write_whole(path, text, strlen(text), o->err), o->err);
    mpcf_status status = pipeline_open(&request, &o->p, o->err);

    mpcf_free(path);
    return status;
}

/* What of keys a role that is started says, or NULL; other files are missing, which counts for nothing. */
static const char *complaint(const char *text, const char *set, enum pipeline_viewer viewer)
{
    static char said[4096];
    struct opened o;

    mpcf_status status = open_it(&o, text, set);

    if (status == MPCF_OK) {
        status = pipeline_check_files(o.p, viewer, o.err);
    }
    assert_int_equal(status, MPCF_E_CONFIG); /* for want of the other files */
    const char *keys = strstr(mpcf_error_text(o.err), "keys"), *from = keys;

    while (from != NULL && from > mpcf_error_text(o.err) && from[-1] != '\n') {
        from--;
    }
    (void) snprintf(said, sizeof said, "%s", from == NULL ? "" : from);
    pipeline_close(o.p);
    mpcf_error_destroy(o.err);
    return keys == NULL ? NULL : said;
}

static void assert_complains(const char *got, const char *want)
{
    if (got == NULL || strstr(got, want) == NULL) {
        fail_msg("expected '%s' in '%s'", want, got == NULL ? "(nothing)" : got);
    }
}

static void assert_none(const char *got)
{
    if (got != NULL) {
        fail_msg("expected nothing: '%s'", got);
    }
}

static char *put(const char *name, enum role role, mode_t mode)
{
    char *path = file_join(test_folder(), name);
    mpcf_error *err = mpcf_error_create();

    (void) unlink(path);
    assert_ok(key_file_create(path, test_role_keys(0, role), err), err);
    assert_int_equal(chmod(path, mode), 0);
    mpcf_error_destroy(err);
    return path;
}

static int put_all(void **state)
{
    (void) state;
    mpcf_free(put("provider.key", ROLE_PROVIDER, 0600));
    mpcf_free(put("user.key", ROLE_USER, 0600));
    mpcf_free(put("dealer.key", ROLE_DEALER, 0600));
    return 0;
}

/* On loopback addresses, too. */
static void a_role_by_itself_needs_keys(void **state)
{
    (void) state;
    static const char text[] = HEAD "transport: toy_plain\n" NO_KEYS;
    const char *said = complaint(text, NULL, VIEW_PROVIDER);

    assert_complains(said, "p.yaml:9:13: parties.provider.keys is not given: transport 'toy_plain' "
                           "does not prove who the peer is");
    assert_complains(said, "mpcf-host keys new FOLDER");
    assert_complains(said, "require: []");
    assert_complains(complaint(text, NULL, VIEW_DEALER), "p.yaml:10:11: parties.dealer.keys");
    assert_complains(complaint(text, NULL, VIEW_USER), "p.yaml:9:3: parties.user.keys");
    for (int viewer = 0; viewer < 3; viewer++) {
        assert_none(
            complaint(HEAD "transport: toy_plain\n" PARTIES, NULL, (enum pipeline_viewer) viewer));
        assert_complains(
            complaint(HEAD "transport: {name: toy_plain, require: [authenticated]}\n" NO_KEYS, NULL,
                      (enum pipeline_viewer) viewer),
            "keys is not given");
        assert_none(complaint(HEAD "transport: {name: toy_plain, require: []}\n" NO_KEYS, NULL,
                              (enum pipeline_viewer) viewer));
        assert_none(
            complaint(HEAD "transport: toy_local\n" NO_KEYS, NULL, (enum pipeline_viewer) viewer));
        assert_none(
            complaint(HEAD "transport: toy_safe\n" NO_KEYS, NULL, (enum pipeline_viewer) viewer));
        assert_complains(
            complaint(HEAD "transport: toy_named\n" NO_KEYS, NULL, (enum pipeline_viewer) viewer),
            "transport 'toy_named' proves a name of the peer, but not its role");
    }
    assert_none(complaint(text, "transport.require=[]", VIEW_USER));
}

/* Whoever runs all three roles, or none, needs none. */
static void one_machine_needs_no_keys(void **state)
{
    (void) state;
    static const char text[] = HEAD "transport: toy_plain\n" NO_KEYS;

    assert_none(complaint(text, NULL, VIEW_ALL));
    assert_none(complaint(text, NULL, VIEW_PUBLIC));
    assert_none(
        complaint(HEAD "transport: {name: toy_plain, require: [authenticated]}\n", NULL, VIEW_ALL));
    assert_int_equal(setenv("MPCF_CONTROL_FD", "3", 1), 0); /* a parent tells them */
    assert_none(complaint(text, NULL, VIEW_USER));
    assert_int_equal(unsetenv("MPCF_CONTROL_FD"), 0);
}

/* A seed that is kept needs more than a proof: all roles say so. */
static void masks_are_kept_behind_encryption(void **state)
{
    static const char text[] =
        HEAD "transport: {name: toy_plain, require: [authenticated]}\n" PARTIES;

    (void) state;
    for (int viewer = VIEW_PROVIDER; viewer <= VIEW_DEALER; viewer++) {
        struct opened o;
        const mpcf_status status = open_it(&o, text, "stages.infer.weight_masks=kept");

        assert_ok(status, o.err);
        assert_int_equal(pipeline_check_files(o.p, (enum pipeline_viewer) viewer, o.err),
                         MPCF_E_CONFIG);
        assert_message_contains(o.err, "for links that encrypt, and transport 'toy_plain'");
        pipeline_close(o.p);
        mpcf_error_destroy(o.err);
    }
}

static void a_file_is_refused_at_its_place(void **state)
{
    (void) state;
    static const char text[] = HEAD "transport: toy_plain\n" PARTIES;
    char *path = put("user.key", ROLE_DEALER, 0600);

    assert_complains(complaint(text, NULL, VIEW_USER), "p.yaml:11:16: parties.user.keys: '");
    assert_complains(complaint(text, NULL, VIEW_USER),
                     "has the keys of the dealer, not of the user");
    mpcf_free(path);
    path = put("user.key", ROLE_USER, 0640);
    assert_complains(complaint(text, NULL, VIEW_USER), "others can reach the keys");
    assert_complains(complaint(text, NULL, VIEW_ALL),
                     "p.yaml:11:16: parties.user.keys: others can");
    assert_none(complaint(text, NULL, VIEW_PUBLIC));
    /* Another's file is not looked at. */
    assert_none(complaint(text, NULL, VIEW_PROVIDER));
    assert_int_equal(file_write_whole(path, "mpcf-keys 1\nrole user\nuser>provider 12", 38, NULL),
                     MPCF_OK);
    assert_int_equal(chmod(path, 0600), 0);
    assert_complains(complaint(text, NULL, VIEW_USER), "p.yaml:11:16: parties.user.keys: /");
    assert_complains(complaint(text, NULL, VIEW_USER),
                     "user.key:3: a key is 64 hexadecimal digits");
    assert_int_equal(unlink(path), 0);
    assert_complains(complaint(text, NULL, VIEW_USER), "user.key': No such file");
    assert_none(complaint(text, NULL, VIEW_ALL));
    mpcf_free(path);
}

/* Also over a transport that needs none. */
static void what_is_given_is_checked(void **state)
{
    (void) state;
    char *path = put("user.key", ROLE_USER, 0644);

    assert_complains(complaint(HEAD "transport: toy_local\n" PARTIES, NULL, VIEW_USER),
                     "others can reach the keys");
    assert_complains(
        complaint(HEAD "transport: {name: toy_plain, require: []}\n" PARTIES, NULL, VIEW_USER),
        "others can reach the keys");
    mpcf_free(path);
}

static void a_command_line_names_a_file_too(void **state)
{
    (void) state;
    static const char text[] = HEAD "transport: toy_plain\n" NO_KEYS;

    assert_none(complaint(text, "parties.user.keys=user.key", VIEW_USER));
    assert_complains(complaint(text, "parties.user.keys=dealer.key", VIEW_USER),
                     "--set parties.user.keys: '");
    assert_complains(complaint(text, "parties.user.key=user.key", VIEW_USER),
                     "did you mean 'keys'?");
}

static void assert_opens(const char *text, const char *message)
{
    struct opened o;
    mpcf_status status = open_it(&o, text, NULL);

    if (message == NULL) {
        assert_was_ok(status, o.err);
    } else {
        assert_status_was(MPCF_E_CONFIG, status, o.err);
        assert_message_contains(o.err, message);
    }
    pipeline_close(o.p);
    mpcf_error_destroy(o.err);
}

/* Keys do not encrypt. */
static void beyond_this_machine_it_is_said_aloud(void **state)
{
    (void) state;
#define FAR                                                                                        \
    "parties: {provider: {listen: 10.0.0.1:1, keys: provider.key}, dealer: {listen: "              \
    "10.0.0.2:1}}\n"
    assert_opens(HEAD "transport: toy_plain\n" FAR,
                 "p.yaml:8:30: transport 'toy_plain' does not authenticate and encrypt");
    assert_opens(HEAD "transport: toy_plain\n" FAR, "`require: [authenticated]`");
    assert_opens(HEAD "transport: {name: toy_plain, require: [authenticated]}\n" FAR, NULL);
    assert_opens(HEAD "transport: {name: toy_plain, require: []}\n" FAR, NULL);
    assert_opens(HEAD "transport: {name: toy_plain, require: [authenticated, encrypted]}\n" FAR,
                 "transport 'toy_plain' does not encrypt");
    assert_opens(HEAD "transport: {name: toy_plain, require: [[encrypted]]}\n" FAR,
                 "require: expected a list of words");
    assert_opens(HEAD "transport: {name: toy_plain, require: [authenticatd]}\n" FAR,
                 "did you mean 'authenticated'?");
}

static void who_authenticates_is_said(void **state)
{
    (void) state;
    static const char *const cases[][2] = {{"toy_plain", "none"},
                                           {"toy_local", "system user"},
                                           {"toy_safe", "transport"},
                                           {"toy_named", "none"}};

    for (size_t i = 0; i < 4; i++) {
        char *text = mpcf_format(HEAD "transport: %s\n", cases[i][0]);
        struct opened o;

        const mpcf_status status = open_it(&o, text, NULL);

        assert_was_ok(status, o.err);
        assert_string_equal(link_authentication(o.p, true), "keys");
        assert_string_equal(link_authentication(o.p, false), cases[i][1]);
        pipeline_close(o.p);
        mpcf_error_destroy(o.err);
        mpcf_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_role_by_itself_needs_keys, put_all),
        cmocka_unit_test_setup(one_machine_needs_no_keys, put_all),
        cmocka_unit_test_setup(masks_are_kept_behind_encryption, put_all),
        cmocka_unit_test_setup(a_file_is_refused_at_its_place, put_all),
        cmocka_unit_test_setup(what_is_given_is_checked, put_all),
        cmocka_unit_test_setup(a_command_line_names_a_file_too, put_all),
        cmocka_unit_test_setup(beyond_this_machine_it_is_said_aloud, put_all),
        cmocka_unit_test_setup(who_authenticates_is_said, put_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
