/* SPDX-License-Identifier: Apache-2.0 */
#include "support/apart_users.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/apart.h"
#include "support/run_folder.h"
#include "support/support.h"

void apart_add_user(const char *folder, const char *name)
{
    char command[9000];

    (void) snprintf(command, sizeof command,
                    "cd '%s' && mkdir %s && cp -r run/student run/stages %s/ 2>/dev/null; true",
                    folder, name, name);
    assert_int_equal(system(command), 0);
}

json_t *apart_run_user(const char *folder, const char *output, const char *set)
{
    const char *sets[ROLES][3] = {{set, NULL, NULL}, {NULL, NULL, NULL}, {set, NULL, NULL}};
    char place[64], record[128];
    mpcf_error *err = mpcf_error_create();
    pid_t pids[ROLES];
    json_t *user = NULL;

    (void) snprintf(place, sizeof place, "output=%s", output);
    sets[USER][0] = place;
    sets[USER][1] = set;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start_with(folder, r, sets[r]);
    }
    for (int r = 0; r < ROLES; r++) {
        const int status = test_host_wait(pids[r], 60);

        if (status != 0) {
            char *text = test_read(folder, apart_logs[r]);
            fail_msg("the %s ends with %d: %s", apart_names[r], status, text);
        }
    }
    (void) snprintf(record, sizeof record, "%s/infer/user.json", output);
    char *path = file_join(folder, record);
    assert_ok(json_read_file(path, &user, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return user;
}

void apart_assert_taken_up(json_t *user, double runs, double taken_up)
{
    assert_true(test_report_number(user, "runs") == runs);
    assert_true(test_report_number(user, "offline.taken_up") == taken_up);
    assert_string_equal(json_string_value(json_object_get(user, "cost_engine")), "equal");
    json_decref(user);
}

size_t apart_sessions(const char *folder, const char *root)
{
    char *path = file_join(folder, root);
    DIR *listing = opendir(path);
    size_t count = 0;

    for (struct dirent *e = listing != NULL ? readdir(listing) : NULL; e != NULL;
         e = readdir(listing)) {
        count += strlen(e->d_name) == 32;
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    mpcf_free(path);
    return count;
}
