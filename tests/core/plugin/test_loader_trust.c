/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the loader lets write a plug-in's file and the folders above it: one chain of folders,
 * OUTER/MIDDLE/INNER/mpcf-good.so, with one link of it wrong at a time.
 */
#include "plugin/loader_trust.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "plugin/plugins.h"
#include "support/support.h"

enum { OUTER, MIDDLE, INNER, PLUGIN, LINKS };
enum { NOBODY = 65534 };

static char *links[LINKS];
static mpcf_error *err;

static int make_chain(void **state)
{
    static const char *const names[] = {"outer", "outer/middle", "outer/middle/inner",
                                        "outer/middle/inner/mpcf-good.so"};
    char *from = file_join(getenv("MPCF_TEST_PLUGINS"), "mpcf-good.so");
    char *top = file_absolute(test_folder());

    (void) state;
    err = mpcf_error_create();
    for (size_t i = 0; i < LINKS; i++) {
        links[i] = file_join(top, names[i]);
    }
    if (loader_check_trust(top, err) != MPCF_OK) {
        print_message("skipped: %s\n", mpcf_error_text(err));
        exit(77);
    }
    assert_ok(file_make_folder(links[INNER], err), err);
    assert_ok(file_copy(from, links[PLUGIN], err), err);
    mpcf_free(from);
    mpcf_free(top);
    return 0;
}

static int free_chain(void **state)
{
    (void) state;
    for (size_t i = 0; i < LINKS; i++) {
        mpcf_free(links[i]);
    }
    mpcf_error_destroy(err);
    return 0;
}

static void set_mode(size_t link, mode_t mode)
{
    assert_int_equal(chmod(links[link], mode), 0);
}

static void mend(void)
{
    for (size_t i = 0; i < LINKS; i++) {
        set_mode(i, 0755);
    }
}

/* Refused, naming the LINK that is wrong, and REASON. */
static void assert_refused(size_t link, const char *reason)
{
    char *quoted = mpcf_format("'%s'", links[link]);

    assert_status(MPCF_E_CONFIG, loader_check_trust(links[PLUGIN], err), err);
    assert_message_contains(err, quoted);
    assert_message_contains(err, reason);
    assert_message_contains(err, "MPCF_STRICT_PLUGINS=no");
    mpcf_free(quoted);
}

static void assert_taken(void)
{
    assert_ok(loader_check_trust(links[PLUGIN], err), err);
}

static void what_anyone_may_write_is_refused_at_any_height(void **state)
{
    (void) state;
    assert_taken();
    for (size_t i = 0; i < LINKS; i++) {
        set_mode(i, 0757);
        assert_refused(i, "may be written by anyone (mode 0757)");
        assert_message_contains(err, "chmod o-w");
        mend();
    }
    assert_taken();
}

/* Others can add to it, and not rename or remove what is another's. */
static void a_sticky_folder_is_no_danger(void **state)
{
    (void) state;
    set_mode(MIDDLE, 01777);
    assert_taken();
    set_mode(PLUGIN, 01757); /* on a file it means nothing */
    assert_refused(PLUGIN, "may be written by anyone");
    mend();
}

static void a_link_leads_to_what_is_looked_at(void **state)
{
    char *folder = file_join(links[OUTER], "links"), *link = file_join(folder, "mpcf-good.so");
    struct plugins *p = NULL;

    (void) state;
    assert_ok(file_make_folder(folder, err), err);
    assert_int_equal(symlink("../middle/inner/mpcf-good.so", link), 0);
    assert_ok(plugins_create(folder, &p, err), err);
    set_mode(MIDDLE, 0777);
    assert_status(MPCF_E_CONFIG, plugins_load(p, "good", err), err);
    assert_message_contains(err, links[MIDDLE]);
    plugins_destroy(p);
    p = NULL;
    mend();
    assert_ok(plugins_create(folder, &p, err), err);
    assert_ok(plugins_load(p, "good", err), err);
    plugins_destroy(p);
    mpcf_free(folder);
    mpcf_free(link);
}

static void a_group_of_others_is_refused(void **state)
{
    (void) state;
    if (geteuid() != 0) {
        print_message("skipped: only root can give files away\n");
        skip();
    }
    for (size_t i = 0; i < LINKS; i++) {
        assert_int_equal(chown(links[i], 0, NOBODY), 0);
        assert_taken(); /* it may not write */
        set_mode(i, 0775);
        assert_refused(i, "may be written by group 65534");
        assert_message_contains(err, "chmod g-w");
        mend();
        assert_int_equal(chown(links[i], 0, 0), 0);
    }
}

static bool has_private_group(void)
{
    const struct passwd *me = getpwuid(geteuid());
    const struct group *own = getgrgid(getegid());

    return me != NULL && own != NULL && me->pw_gid == own->gr_gid &&
           strcmp(me->pw_name, own->gr_name) == 0 && own->gr_mem[0] == NULL;
}

/* With umask 002 all that a developer builds is its private group's, too. */
static void a_group_of_ones_own_may_write(void **state)
{
    (void) state;
    if (!has_private_group()) {
        print_message("skipped: this user has no group of its own\n");
        skip();
    }
    for (size_t i = 0; i < LINKS; i++) {
        set_mode(i, 0775);
    }
    assert_taken();
    mend();
}

static void what_belongs_to_others_is_refused(void **state)
{
    (void) state;
    if (geteuid() != 0) {
        print_message("skipped: only root can give files away\n");
        skip();
    }
    for (size_t i = 0; i < LINKS; i++) {
        assert_int_equal(chown(links[i], NOBODY, 0), 0);
        assert_refused(i, "belongs to user 65534");
        assert_int_equal(chown(links[i], 0, 0), 0);
    }
    assert_taken();
}

/* acl(5); the form of the attribute is <linux/posix_acl_xattr.h>'s: the owner, user 1234 who may
 * write, the group, the mask, the others. */
static void an_access_list_that_lets_others_write_is_refused(void **state)
{
    static const struct {
        uint32_t version;
        struct {
            uint16_t tag, permissions;
            uint32_t id;
        } entries[5];
    } list = {2,
              {{1, 7, UINT32_MAX},
               {2, 6, 1234},
               {4, 5, UINT32_MAX},
               {16, 7, UINT32_MAX},
               {32, 5, UINT32_MAX}}};

    (void) state;
    if (setxattr(links[PLUGIN], "system.posix_acl_access", &list, sizeof list, 0) != 0) {
        print_message("skipped: no access control lists here: %s\n", strerror(errno));
        skip();
    }
    assert_refused(PLUGIN, "access control list");
    assert_int_equal(removexattr(links[PLUGIN], "system.posix_acl_access"), 0);
    mend();
    assert_taken();
}

static void it_can_be_told_to_load_all_the_same(void **state)
{
    (void) state;
    set_mode(OUTER, 0777);
    (void) setenv("MPCF_STRICT_PLUGINS", "no", 1);
    assert_taken();
    assert_string_equal(mpcf_error_text(err), "");
    (void) setenv("MPCF_STRICT_PLUGINS", "yes", 1);
    assert_refused(OUTER, "may be written by anyone");
    (void) unsetenv("MPCF_STRICT_PLUGINS");
    mend();
}

static void what_is_not_there_is_no_matter_of_trust(void **state)
{
    (void) state;
    assert_status(MPCF_E_IO, loader_check_trust("/nowhere/mpcf-x.so", err), err);
    assert_message_contains(err, "/nowhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_anyone_may_write_is_refused_at_any_height),
        cmocka_unit_test(a_sticky_folder_is_no_danger),
        cmocka_unit_test(a_link_leads_to_what_is_looked_at),
        cmocka_unit_test(a_group_of_others_is_refused),
        cmocka_unit_test(a_group_of_ones_own_may_write),
        cmocka_unit_test(what_belongs_to_others_is_refused),
        cmocka_unit_test(an_access_list_that_lets_others_write_is_refused),
        cmocka_unit_test(it_can_be_told_to_load_all_the_same),
        cmocka_unit_test(what_is_not_there_is_no_matter_of_trust),
    };

    (void) unsetenv("MPCF_STRICT_PLUGINS");
    return cmocka_run_group_tests(tests, make_chain, free_chain);
}
