/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/random.h"

void assert_close_floats(const char *what, const float *want, const float *got, size_t count,
                         double absolute, double relative)
{
    double worst = 0;
    size_t where = 0;

    for (size_t i = 0; i < count; i++) {
        double excess = fabs((double) got[i] - (double) want[i]) /
                        (absolute + relative * fabs((double) want[i]));

        if (!(excess <= worst)) { /* also where it is not a number */
            worst = excess;
            where = i;
        }
    }
    if (!(worst <= 1)) {
        fail_msg("%s[%zu]: got %.9g, want %.9g: %.3g times what is allowed", what, where,
                 (double) got[where], (double) want[where], worst);
    }
}

void assert_ok_(mpcf_status status, const mpcf_error *err, const char *file, int line)
{
    if (status != MPCF_OK) {
        print_error("%s:%d: %s: %s\n", file, line, mpcf_status_name(status), mpcf_error_text(err));
        _fail(file, line);
    }
}

void assert_status_(mpcf_status want, mpcf_status got, const mpcf_error *err, const char *file,
                    int line)
{
    if (want != got) {
        print_error("%s:%d: got %s, want %s: %s\n", file, line, mpcf_status_name(got),
                    mpcf_status_name(want), mpcf_error_text(err));
        _fail(file, line);
    }
}

void assert_message_contains(const mpcf_error *err, const char *part)
{
    if (strstr(mpcf_error_text(err), part) == NULL) {
        fail_msg("message '%s' does not contain '%s'", mpcf_error_text(err), part);
    }
}

static char paths[8][4096];

static char *next_path(void)
{
    static unsigned turn;

    return paths[turn++ % 8];
}

const char *source_path(const char *relative)
{
    char *path = next_path();
    const char *source = getenv("MPCF_SOURCE_DIR");

    (void) snprintf(path, sizeof paths[0], "%s/%s", source != NULL ? source : ".", relative);
    return path;
}

const char *shared_path(const char *relative)
{
    const char *shared = getenv("MPCF_SHARED");
    const char *root = shared != NULL && shared[0] != '\0' ? shared : source_path("../shared");
    char *path = next_path();

    (void) snprintf(path, sizeof paths[0], "%s/%s", root, relative);
    return path;
}

void require_shared(const char *relative)
{
    if (!file_exists(shared_path(relative))) {
        (void) printf("skipped: the research data is not here: %s\n", shared_path(relative));
        exit(77);
    }
}

static char folder[4096];

static void remove_folder(void)
{
    (void) file_remove_tree(folder, NULL);
}

const char *test_folder(void)
{
    if (folder[0] == '\0') {
        const char *base = getenv("TMPDIR");

        (void) snprintf(folder, sizeof folder, "%s/mpcf-test-XXXXXX", base != NULL ? base : "/tmp");
        if (mkdtemp(folder) == NULL) {
            fail_msg("cannot make a folder under %s", base != NULL ? base : "/tmp");
        }
        (void) atexit(remove_folder);
    }
    return folder;
}

uint64_t test_random_u64(struct test_random *r)
{
    return random_next(&r->state);
}

double test_random_real(struct test_random *r, double low, double high)
{
    return low + (high - low) * random_uniform(&r->state);
}

double test_random_normal(struct test_random *r)
{
    double u = test_random_real(r, 0x1p-53, 1), v = test_random_real(r, 0, 6.283185307179586);

    return sqrt(-2 * log(u)) * cos(v);
}
