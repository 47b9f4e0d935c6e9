/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin/plugins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "plugin/loader_check.h"
#include "plugin/loader_whole.h"
#include "support/support.h"

static const char *broken_folder(void)
{
    const char *folder = getenv("MPCF_TEST_PLUGINS");

    assert_non_null(folder);
    return folder;
}

static struct plugins *opened(mpcf_error *err)
{
    struct plugins *p = NULL;

    assert_ok(plugins_create(broken_folder(), &p, err), err);
    return p;
}

static void a_good_plugin_is_found_by_its_component(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    const void *found = NULL;
    const mpcf_approx *approx;

    (void) state;
    assert_ok(plugins_find(p, COMPONENT_APPROX, "good", &found, err), err);
    approx = found;
    assert_string_equal(approx->name, "good");
    assert_int_equal(approx->slot, MPCF_SLOT_ACTIVATION);
    assert_string_equal(plugins_owner(p, found), "good");
    assert_int_equal(plugins_count(p), 1);
    assert_int_equal(strlen(plugins_facts(p, 0)->digest), 64);
    assert_ptr_equal(plugins_component(p, COMPONENT_APPROX, 0), found);
    assert_null(plugins_component(p, COMPONENT_APPROX, 1));
    assert_ok(plugins_load(p, "good", err), err); /* again: nothing to do */
    assert_int_equal(plugins_count(p), 1);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static mpcf_status start_nothing(mpcf_registry *registry, mpcf_error *err)
{
    (void) registry, (void) err;
    return MPCF_OK;
}

static void each_wrong_plugin_is_refused_with_its_reason(void **state)
{
    static const struct {
        const char *name, *message;
        mpcf_status status;
    } cases[] = {
        {"nosymbol", "has no symbol 'mpcf_plugin'", MPCF_E_ABI},
        {"badmagic", "begins with 0x00000001", MPCF_E_ABI},
        {"othername", "holds plug-in 'another', whose file is named mpcf-another.so", MPCF_E_ABI},
        {"baddefault", "option 'c': its default does not pass: 'five' is not a number",
         MPCF_E_INVALID},
        {"undefined", "mpcf_not_there", MPCF_E_ABI},
        {"failing", "the moon is not full", MPCF_E_UNSUPPORTED},
        {"ignoring", "a name is lower-case letters", MPCF_E_INVALID},
        {"silent", "registers nothing", MPCF_E_INVALID},
        {"nobuild", "approximation 'nobuild': build is missing", MPCF_E_INVALID},
        {"small", "struct_size is 24", MPCF_E_ABI},
        {"flagged", "flags has a bit that is none of MPCF_APPROX_*", MPCF_E_INVALID},
    };
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_status(cases[i].status, plugins_load(p, cases[i].name, err), err);
        assert_message_contains(err, cases[i].message);
        assert_non_null(plugins_facts(p, i)->failure);
    }
    assert_null(plugins_component(p, COMPONENT_APPROX, 0));
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void a_flag_of_no_abi_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    const mpcf_plugin_info info = {.magic = MPCF_PLUGIN_MAGIC,
                                   .info_size = sizeof info,
                                   .abi_major = MPCF_ABI_MAJOR,
                                   .abi_minor = MPCF_ABI_MINOR,
                                   .flags = 4,
                                   .name = "x",
                                   .version = "1",
                                   .license = "none",
                                   .summary = "",
                                   .start = start_nothing};

    (void) state;
    assert_status(MPCF_E_ABI, loader_check_info("mpcf-x.so", &info, err), err);
    assert_message_contains(err, "flags is 0x4, expected 0");
    mpcf_error_destroy(err);
}

/* Of all numbers of the ABI, the loader takes the host's major with a minor from the oldest to the
 * host's own. */
static void a_range_of_minors_is_taken(void **state)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_plugin_info info;
    struct plugins *p = opened(err);
    char taken[64];

    (void) state;
    for (uint16_t major = 0; major < MPCF_ABI_MAJOR + 3; major++) {
        for (uint16_t minor = 0; minor < MPCF_ABI_MINOR + 3; minor++) {
            const bool fits = major == MPCF_ABI_MAJOR && minor >= MPCF_ABI_MINOR_OLDEST &&
                              minor <= MPCF_ABI_MINOR;

            info = (mpcf_plugin_info){.magic = MPCF_PLUGIN_MAGIC,
                                      .info_size = sizeof info,
                                      .abi_major = major,
                                      .abi_minor = minor,
                                      .name = "x",
                                      .version = "1",
                                      .license = "none",
                                      .summary = "",
                                      .start = start_nothing};
            assert_status(fits ? MPCF_OK : MPCF_E_ABI, loader_check_info("mpcf-x.so", &info, err),
                          err);
        }
    }
    (void) snprintf(taken, sizeof taken, "this host takes %d.%d to %d.%d", MPCF_ABI_MAJOR,
                    MPCF_ABI_MINOR_OLDEST, MPCF_ABI_MAJOR, MPCF_ABI_MINOR);
    for (size_t i = 0; i < 3; i++) {
        static const char *const refused[] = {"future", "outdated", "othermajor"};

        assert_status(MPCF_E_ABI, plugins_load(p, refused[i], err), err);
        assert_message_contains(err, taken);
    }
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

/* Its descriptor ends before the function that came with a later minor. */
static void a_plugin_of_an_older_minor_is_taken(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    const mpcf_transport *transport;
    const void *found = NULL;

    (void) state;
    assert_ok(plugins_load(p, "older", err), err);
    assert_ok(plugins_find(p, COMPONENT_TRANSPORT, "older_socket", &found, err), err);
    transport = found;
    assert_int_equal(transport->struct_size, offsetof(mpcf_transport, advance));
    assert_null(transport->advance);
    assert_non_null(transport->recv);
    assert_ok(plugins_find(p, COMPONENT_APPROX, "older_quad", &found, err), err);
    assert_non_null(((const mpcf_approx *) found)->backward);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void two_plugins_cannot_register_one_name(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);

    (void) state;
    assert_ok(plugins_load(p, "good", err), err);
    assert_status(MPCF_E_CONFIG, plugins_load(p, "twin", err), err);
    assert_message_contains(err, "'good' is registered by plug-in 'good' and by plug-in 'twin'");
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void unknown_names_get_the_nearest(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    const void *found = NULL;

    (void) state;
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_APPROX, "goood", &found, err), err);
    assert_message_contains(err, "there is no approximation 'goood'; did you mean 'good'?");
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_MODEL, "good", &found, err), err);
    assert_message_contains(err, "plug-in 'good' has no model 'good'");
    assert_status(MPCF_E_CONFIG, plugins_load(p, "nowhere", err), err);
    assert_message_contains(err, "there is no plug-in 'nowhere' (mpcf-nowhere.so) in");
    assert_status(MPCF_E_CONFIG, plugins_load(p, "/nowhere/mpcf-x.so", err), err);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void a_file_that_is_no_object_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    char *path = file_join(test_folder(), "mpcf-text.so");

    (void) state;
    assert_ok(file_write_whole(path, "handshake", 5, err), err);
    assert_status(MPCF_E_ABI, plugins_load(p, path, err), err);
    assert_message_contains(err, "mpcf-text.so");
    mpcf_free(path);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

/* Cut anywhere: without the check the linker maps what is not there. */
static void a_truncated_object_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    char *from = file_join(broken_folder(), "mpcf-good.so");
    char *path = file_join(test_folder(), "mpcf-good.so"), *data = NULL;
    size_t length = 0;

    (void) state;
    assert_ok(file_read(from, 1 << 24, &data, &length, err), err);
    for (size_t eighths = 1; eighths < 8; eighths++) {
        assert_ok(file_write_whole(path, data, length / 8 * eighths, err), err);
        assert_status(MPCF_E_ABI, plugins_load(p, path, err), err);
        assert_message_contains(err, "mpcf-good.so");
        assert_message_contains(err, "truncated");
    }
    assert_ok(file_write_whole(path, data, length, err), err);
    assert_ok(loader_check_whole(path, err), err);
    mpcf_free(data);
    mpcf_free(from);
    mpcf_free(path);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

/* Each plug-in's constructor runs when it is mapped; the file of one of them tells. */
static void only_what_is_named_is_loaded(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    char *mark = file_join(test_folder(), "mark");
    const void *found = NULL;

    (void) state;
    (void) setenv("MPCF_TEST_MARK", mark, 1);
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_APPROX, "witnes", &found, err), err);
    assert_message_contains(err, "did you mean 'witness'?");
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_APPROX, "zzz", &found, err), err);
    assert_message_contains(err, "plugin list");
    assert_status(MPCF_E_CONFIG, plugins_load(p, "witnes", err), err);
    assert_message_contains(err, "did you mean 'witness'?");
    assert_ok(plugins_find(p, COMPONENT_APPROX, "good", &found, err), err);
    assert_int_equal(plugins_count(p), 1);
    assert_false(file_exists(mark));
    assert_ok(plugins_find(p, COMPONENT_APPROX, "witness", &found, err), err);
    assert_true(file_exists(mark));
    (void) unsetenv("MPCF_TEST_MARK");
    mpcf_free(mark);
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void what_is_meant_is_seen_from_outside(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    const void *found = NULL;

    (void) state;
    /* A kind that it does not have is not suggested, one of another plug-in's name is, */
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_MODEL, "goood", &found, err), err);
    assert_null(strstr(mpcf_error_text(err), "'good'"));
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_TRANSPORT, "older_socket", &found, err),
                  err);
    assert_message_contains(err, "plug-in 'older' has that word in it: name it under `plugins`");
    /* also of a plug-in that was built for an older ABI, or is loaded. */
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_APPROX, "oldr", &found, err), err);
    assert_message_contains(err, "did you mean 'older'?");
    assert_ok(plugins_load(p, "older", err), err);
    assert_status(MPCF_E_CONFIG, plugins_find(p, COMPONENT_APPROX, "older_qaud", &found, err), err);
    assert_message_contains(err, "did you mean 'older_quad'?");
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void load_all_keeps_failures(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = opened(err);
    size_t failures = 0;

    (void) state;
    plugins_load_all(p);
    for (size_t i = 0; i < plugins_count(p); i++) {
        failures += plugins_facts(p, i)->failure != NULL;
    }
    assert_true(failures >= 12);
    assert_non_null(plugins_component(p, COMPONENT_APPROX, 0));
    plugins_destroy(p);
    mpcf_error_destroy(err);
}

static void a_missing_plugin_folder_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = NULL;

    (void) state;
    assert_status(MPCF_E_CONFIG, plugins_create("/nowhere/at/all", &p, err), err);
    assert_message_contains(err, "/nowhere/at/all");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_plugin_is_found_by_its_component),
        cmocka_unit_test(each_wrong_plugin_is_refused_with_its_reason),
        cmocka_unit_test(a_flag_of_no_abi_is_refused),
        cmocka_unit_test(a_range_of_minors_is_taken),
        cmocka_unit_test(a_plugin_of_an_older_minor_is_taken),
        cmocka_unit_test(two_plugins_cannot_register_one_name),
        cmocka_unit_test(unknown_names_get_the_nearest),
        cmocka_unit_test(a_file_that_is_no_object_is_refused),
        cmocka_unit_test(a_truncated_object_is_refused),
        cmocka_unit_test(only_what_is_named_is_loaded),
        cmocka_unit_test(what_is_meant_is_seen_from_outside),
        cmocka_unit_test(load_all_keeps_failures),
        cmocka_unit_test(a_missing_plugin_folder_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
