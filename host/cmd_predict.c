/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf-host predict: answers to texts of one's own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hide_memory.h"
#include "base/log.h"
#include "channel/role.h"
#include "host.h"
#include "named_pipeline.h"
#include "pipeline/open_pipeline.h"
#include "predict/predict_plain.h"
#include "predict/predict_secure.h"
#include "program_end.h"
#include "roles/control.h"
#include "show_answer.h"
#include "standard_output.h"

/* What the words of a command line ask for. */
struct wish {
    bool is_plain, has_role;
    bool is_started; /* by a process that hears why it fails, and says it */
    enum role role;
    const char *input; /* NULL: the operands behind the file */
};

static bool take_role(const struct args *args, struct wish *wish)
{
    const char *text = args_value(args, "--role");

    wish->has_role = text != NULL;
    if (wish->has_role && !role_parse(text, &wish->role)) {
        (void) host_usage("predict", "there is no role '%s'; roles are provider, user, dealer",
                          text);
        return false;
    }
    if (wish->has_role && wish->is_plain) {
        (void) host_usage("predict", "--plain asks no role: it takes no --role");
        return false;
    }
    return true;
}

/* Without a text, standard input has them. */
static bool take_texts(const struct args *args, struct wish *wish)
{
    const bool serves = wish->has_role && wish->role != ROLE_USER;

    wish->input = args_value(args, "--input");
    if (wish->input != NULL && args->operand_count > 1) {
        (void) host_usage("predict", "texts come from --input or from the command line, not both");
        return false;
    }
    if (serves && (wish->input != NULL || args->operand_count > 1)) {
        (void) host_usage("predict", "the %s has no texts: --role user asks them",
                          role_name(wish->role));
        return false;
    }
    if (!serves && args->operand_count == 1 && wish->input == NULL) {
        wish->input = "-";
    }
    return true;
}

static bool take_wish(const struct args *args, struct wish *wish)
{
    *wish = (struct wish){.is_plain = args_has(args, "--plain"),
                          .is_started = getenv(CONTROL_VARIABLE) != NULL};
    return take_role(args, wish) && take_texts(args, wish);
}

/* Before a network is read or three processes are started for it. */
static mpcf_status check_input(const char *input, mpcf_error *err)
{
    struct stat facts;

    if (input == NULL || strcmp(input, "-") == 0) {
        return MPCF_OK;
    }
    if (access(input, R_OK) != 0 || stat(input, &facts) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "--input: cannot read '%s': %s", input,
                         strerror(errno));
    }
    return S_ISDIR(facts.st_mode) ? mpcf_fail(err, MPCF_E_CONFIG, "--input: cannot read '%s': %s",
                                              input, strerror(EISDIR))
                                  : MPCF_OK;
}

/* The user's process has the same texts, and prints alike. */
static mpcf_status run_here(const struct args *args, const struct wish *wish,
                            const struct pipeline *p, const struct pipeline_request *source,
                            mpcf_error *err)
{
    const char *words[ARGS_LIMIT + 4];
    size_t count = 0;

    if (args_has(args, "--json")) {
        words[count++] = "--json";
    }
    if (wish->input != NULL) {
        words[count++] = "--input";
        words[count++] = wish->input;
    } else {
        words[count++] = "--";
    }
    for (size_t i = 1; i < args->operand_count; i++) {
        words[count++] = args->operands[i];
    }
    words[count] = NULL;
    return predict_here(p, source, words, err);
}

static mpcf_status run(const struct args *args, const struct wish *wish, const struct pipeline *p,
                       const struct pipeline_request *source, bool *has_begun, mpcf_error *err)
{
    const struct predict_request request = {
        .pipeline = p,
        .texts = args->operands + 1,
        .count = wish->input == NULL && args->operand_count > 1 ? args->operand_count - 1 : 0,
        .input = wish->input,
        .has_weights = wish->is_started,
        .show = args_has(args, "--json") ? show_answer_json : show_answer,
        .has_begun = has_begun,
    };

    MPCF_TRY(check_input(wish->input, err));
    if (wish->input != NULL && strcmp(wish->input, "-") == 0 && isatty(STDIN_FILENO) == 1) {
        log_line(LOG_INFO, "texts, one a line, and Ctrl-D behind the last:");
    }
    if (wish->is_plain) {
        return predict_plain(&request, err);
    }
    return wish->has_role ? predict_role(&request, wish->role, err)
                          : run_here(args, wish, p, source, err);
}

/* Who reads no more, as `head`, has what it wants. */
static int fail(const struct wish *wish, bool has_begun, const mpcf_error *err)
{
    if (!wish->is_started && mpcf_error_status(err) == MPCF_E_IO && standard_output_is_left()) {
        return EXIT_DONE;
    }
    if (!wish->is_started) {
        return wish->is_plain && !has_begun ? host_refused(err) : host_failed(err);
    }
    return mpcf_error_status(err) == MPCF_E_CONFIG ? EXIT_USAGE : EXIT_FAILED;
}

/* Before a key, a weight or a text is read: they are for no core file. Who only starts the others reads
 * none. */
static int open_and_run(const struct args *args, const struct wish *wish,
                        const struct pipeline_request *source, mpcf_error *err)
{
    struct pipeline *p = NULL;
    bool has_begun = false;
    mpcf_status status = wish->has_role || wish->is_plain ? hide_memory(err) : MPCF_OK;

    if (wish->is_plain) {
        program_end_watch(&has_begun);
        program_end_after_signal(COMMAND_ENDS_S);
    }
    if (status == MPCF_OK) {
        status = pipeline_open(source, &p, err);
    }
    if (status == MPCF_OK) {
        status = run(args, wish, p, source, &has_begun, err);
    }
    pipeline_close(p);
    program_end_watch(NULL);
    return status == MPCF_OK ? EXIT_DONE : fail(wish, has_begun, err);
}

int cmd_predict(const struct args *args)
{
    struct named_pipeline named;
    struct wish wish;
    mpcf_error *err;
    int result;

    if (!take_wish(args, &wish) || !named_pipeline_find(args, "predict", &named)) {
        return EXIT_USAGE;
    }
    if (args_has(args, "--quiet")) {
        log_set_level(LOG_WARN);
    }
    err = mpcf_error_create();
    result = open_and_run(args, &wish, &named.request, err);
    mpcf_error_destroy(err);
    return result;
}
