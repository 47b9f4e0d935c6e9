/* SPDX-License-Identifier: Apache-2.0 */
#include "support/apart.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/datasets.h"
#include "support/run_folder.h"
#include "support/support.h"

const char *const apart_names[ROLES] = {"provider", "user", "dealer"};
const char *const apart_logs[ROLES] = {"provider.log", "user.log", "dealer.log"};

const char *apart_create(const char *infer, size_t rows)
{
    static unsigned turn;
    char parties[512];
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = infer,
                                 .parties = parties,
                                 .rows = rows};

    turn++;
    (void) snprintf(parties, sizeof parties,
                    "parties:\n  provider: {listen: \"@mpcf-test-%ld-%u-p\"}\n"
                    "  dealer: {listen: \"@mpcf-test-%ld-%u-d\"}\n",
                    (long) getpid(), turn, (long) getpid(), turn);
    return test_run_create(&run);
}

pid_t apart_start(const char *folder, int role, const char *const *before, const char *set)
{
    const char *const words[] = {
        "run", "pipeline.yaml", "--role", apart_names[role], set != NULL ? "--set" : NULL, set,
        NULL};

    return test_host_start(folder, apart_logs[role], before, words);
}

pid_t apart_start_with(const char *folder, int role, const char *const *sets)
{
    const char *words[16] = {"run", "pipeline.yaml", "--role", apart_names[role]};
    size_t n = 4;

    for (size_t i = 0; i < 4 && sets[i] != NULL; i++) {
        words[n++] = "--set";
        words[n++] = sets[i];
    }
    return test_host_start(folder, apart_logs[role], NULL, words);
}

void apart_disagree(const char *folder, const char *set)
{
    static const int order[] = {DEALER, PROVIDER, USER};
    const struct timespec pause = {2, 0};
    pid_t pids[ROLES];

    for (int i = 0; i < ROLES; i++) {
        const int r = order[i];

        if (r == USER) {
            (void) nanosleep(&pause, NULL); /* the others listen by then */
        }
        pids[r] = apart_start(folder, r, NULL, r == USER ? set : NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 30), 1); /* the user at once */
    }
}

void apart_assert_logged(const char *folder, int role, const char *part)
{
    char *text = test_read(folder, apart_logs[role]);

    if (strstr(text, part) == NULL) {
        fail_msg("the %s does not say '%s' but: %s", apart_names[role], part, text);
    }
    mpcf_free(text);
}

void apart_write_bare(const char *folder)
{
    char *text = test_read(folder, "pipeline.yaml"), *from = strstr(text, "dataset: ");
    char *stages = strstr(text, "stages:"), *bare = NULL;

    assert_non_null(from);
    assert_non_null(stages);
    *from = '\0';
    *stages = '\0';
    bare = mpcf_format("%s%s", text, strchr(from + 1, '\n') + 1);
    test_write(folder, "bare.yaml", bare);
    mpcf_free(bare);
    mpcf_free(text);
}
