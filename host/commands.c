/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands, and what they share.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/plugin.h>
#include <mpcf/version.h>

#include "base/cpu.h"
#include "base/descriptors.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/standard_error.h"
#include "base/text.h"
#include "command_words.h"
#include "host.h"
#include "program_end.h"
#include "stages/cost_sets.h"
#include "standard_output.h"

/* clang-format off */
static const struct arg_option run_options[] = {
    {"--stage", "STAGE", "only finetune, convert, distill or infer"},
    {"--role", "ROLE", "only this role of infer: provider, user or dealer"},
    {"--check", NULL, "check the file and look for the files of the role; run nothing"},
    {"--set", "KEY=VALUE", "replaces a value of the file, stages.infer.examples=8; repeatable"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {"--quiet", NULL, "no progress"},
    {NULL, NULL, NULL}};
static const struct arg_option predict_options[] = {
    {"--input", "FILE", "texts, one a line, two of a pair with a tab between; - is standard input"},
    {"--json", NULL, "a JSON object a line: index, label, probabilities, logits"},
    {"--plain", NULL, "in the clear, in floats: the student or, where there is none yet, the checkpoint"},
    {"--role", "ROLE", "user: asks the other roles, which run elsewhere; provider, dealer: serves one that asks"},
    {"--set", "KEY=VALUE", "replaces a value of the file; repeatable"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {"--quiet", NULL, "only warnings on standard error"},
    {"--", NULL, "what follows are texts, whatever they begin with"},
    {NULL, NULL, NULL}};
static const struct arg_option cost_options[] = {
    {"--network", "NAME", "of the seconds by function: lan (0.15 ms one way, 6 Gbit/s), campus (1 ms, 1 Gbit/s), wan (20 ms, 200 Mbit/s); default lan"},
    {"--approximations", "A,N", "of activation and normaliser, and a third in place of layer norm, as the teacher would have them: no student is needed; repeatable, side by side"},
    {"--layers", NULL, "by layer, too: embedding, each layer, head"},
    {"--measure", NULL, "measures this machine's computing anew, in place of what the cache folder has of it"},
    {"--link", NULL, "the links' part of the seconds alone: computing is not priced"},
    {"--json", "FILE", "the figures as JSON"},
    {"--set", "KEY=VALUE", "replaces a value of the file; repeatable"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option bench_options[] = {
    {"--model", "NAME", "secure, transports: bert-base, minilm, roberta-base, distilbert-base, electra-small, electra-base or a checkpoint's folder; default bert-base. approx: shapes of one of these names, default the run's or bert-base"},
    {"--tokens", "N", "secure, transports, approx: tokens of an example; default 128"},
    {"--batch", "N", "secure, transports: examples in one run; default 1"},
    {"--approximations", "A,N", "secure, transports: activation and normaliser, and a third in place of layer norm; default quad,2quad"},
    {"--ranges", "random|trained", "secure, transports: random weights, or such as have a trained network's ranges (scores to 100, variances over 12 octaves), which take more bits; default random"},
    {"--length", "exact|full|bucket", "secure, transports: how texts are padded, as stages.infer.length; default exact, of a batch full"},
    {"--transport", "NAME", "secure: between the processes; default tcp"},
    {"--plan", "NAME", "secure, transports: the network that the program is planned for: lan, campus, wan; default lan"},
    {"--threads", "N", "secure: of each process; default the processors it may run on"},
    {"--repeat", "N", "secure, transports, kernels, approx: runs, of which the median is shown; default 5, of approx 3. repeats: 512"},
    {"--slot", "NAME", "approx: activation, normaliser, tanh or layer_norm; default all"},
    {"--markdown", NULL, "approx: as tables of Markdown, with formula and source"},
    {"--row", "N", "repeats: the text, a row of the evaluation split; default 0"},
    {"--seconds", "N", "train: of each stage; default 30"},
    {"--rows", "N", "train: training rows read; default all"},
    {"--set", "KEY=VALUE", "secure, transports, train, repeats, approx: replaces a value of the file, secure and transports: of the one it writes; repeatable"},
    {"--json", "FILE", "the figures as JSON"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option keys_options[] = {
    {"--proof", "NAME", "keys: secrets of each pair; certificate, pinned: for the transport tls, an authority with three certificates or three public keys; curve: for zmq-curve, three CURVE pairs. Default keys"},
    {"--days", "N", "certificate: how long a role's is valid, default 365; the authority's is 3650"},
    {NULL, NULL, NULL}};
static const struct arg_option plugin_options[] = {
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option init_options[] = {
    {"--set", "dataset.KEY=VALUE", "an option of the reader, dataset.label=stars, or dataset.reader=NAME; repeatable"},
    {"--no-trial", NULL, "do not ask the checkpoint, for some seconds, whether the order of its classes fits the data"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first; what is found only there is named in the file"},
    {NULL, NULL, NULL}};
static const struct arg_option check_options[] = {
    {"--options", "OPTIONS", "of the one component, as in a pipeline file: 'p: 6, c: 1'"},
    {"--seconds", "N", "that a test may take, default 120; 0: no limit"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option new_options[] = {
    {"--force", NULL, "also with a name that a plug-in or component has which comes along or is found"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option eval_options[] = {
    {"--options", "OPTIONS", "of the approximation, as in a pipeline file: 'p: 6, c: 1'"},
    {"--input", "FILE", "points, a row a line; - is standard input, which is also read where no point is given"},
    {"--exact", "NAME", "the exact function; default gelu, softmax, tanh or layer norm, by the slot"},
    {"--layer", "N", "the layer, for a formula that differs by it; default 0"},
    {"--json", NULL, "a JSON object a row: input, float, exact, reference"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};
static const struct arg_option example_options[] = {
    {"--family", "NAME", "bert, distilbert, electra; default bert"},
    {"--seed", "N", "of texts and weights; default 1"},
    {"--rows", "N", "training rows; default 4000"},
    {"--force", NULL, "replaces data/ and model/ that something else made"},
    {"--plugin-dir", "FOLDER", "look for plug-ins there first"},
    {NULL, NULL, NULL}};

const struct command commands[] = {
    {"run", "PIPELINE.yaml", "Runs a pipeline: all stages, one, or one role of infer.",
     run_options, 1, 1, cmd_run},
    {"predict", "PIPELINE.yaml [TEXT ...]", "Answers to texts of your own, securely or in the clear.",
     predict_options, 1, ARGS_LIMIT, cmd_predict},
    {"cost", "PIPELINE.yaml", "Rounds, bytes and time of infer, without a peer.",
     cost_options, 1, 1, cmd_cost},
    {"bench", "secure|kernels|accuracy|transports, or train|repeats|approx [PIPELINE.yaml]", "Measures on this machine.",
     bench_options, 1, 2, cmd_bench},
    {"keys new", "FOLDER", "Makes keys with which the roles know each other, a file for each.",
     keys_options, 1, 1, cmd_keys_new},
    {"keys show", "FILE", "Whose keys a file has, and their fingerprints.",
     NULL, 1, 1, cmd_keys_show},
    {"keys trust", "FOLDER ROLE KEY", "Lets who has a key be a role (pinned of tls: its fingerprint; curve of zmq-curve).",
     NULL, 3, 10, cmd_keys_trust},
    {"keys revoke", "FOLDER FINGERPRINT", "Takes a key back (tls, zmq-curve): a certificate's, a pinned or a CURVE one.",
     NULL, 2, 9, cmd_keys_revoke},
    {"keys check", "FOLDER", "Whether the keys in a folder are right, and until when.",
     NULL, 1, 1, cmd_keys_check},
    {"plugin list", "", "All plug-ins that are found, their components, and failures.",
     plugin_options, 0, 0, cmd_plugin_list},
    {"plugin show", "NAME", "A plug-in: its components, with their options.",
     plugin_options, 1, 1, cmd_plugin_show},
    {"plugin check", "NAME|FILE.so", "Tests a plug-in's components, or the one that is named; TAP output.",
     check_options, 1, 1, cmd_plugin_check},
    {"plugin eval", "NAME|FILE.so [POINTS ...]", "An approximation at points: floats, exact function, secure run's integers.",
     eval_options, 1, ARGS_LIMIT, cmd_plugin_eval},
    {"plugin new", "KIND NAME [FOLDER]",
     "Writes a plug-in that builds and works: approx, transport, model or dataset.",
     new_options, 2, 3, cmd_plugin_new},
    {"init", "CHECKPOINT DATA [FILE.yaml]",
     "Writes a pipeline file for a checkpoint's folder and data, with what it chose and why.",
     init_options, 2, 3, cmd_init},
    {"example", "FOLDER", "Writes a tiny network and a small task to try everything on.",
     example_options, 1, 1, cmd_example},
    {"options", "", "Every key of a pipeline file and of all components, as Markdown.",
     plugin_options, 0, 0, cmd_options},
    {NULL, NULL, NULL, NULL, 0, 0, NULL},
};
/* clang-format on */

/* HEAD, TEXT and a line's end in one piece, or in three where memory is short. */
static void print_error(const char *head, const char *text)
{
    struct text_buffer line = {0};

    text_printf(&line, "%s%s\n", head, text);
    if (line.failed) {
        standard_error_write_last(head);
        standard_error_write_last(text);
        standard_error_write_last("\n");
    } else {
        standard_error_write_last(text_string(&line));
    }
    text_clear(&line);
}

int host_usage(const char *command, const char *format, ...)
{
    char text[4608];
    struct text_buffer line = {0};
    va_list args;

    va_start(args, format);
    (void) vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_printf(&line, "%s\n(mpcf-host %s%s--help)", text, command, *command == '\0' ? "" : " ");
    print_error("mpcf-host: ", line.failed ? text : text_string(&line));
    text_clear(&line);
    return EXIT_USAGE;
}

bool host_takes_set(const char *command, const char *set)
{
    if (!cost_set_is_well_formed(set)) {
        (void) host_usage(command,
                          "--approximations '%s': expected ACTIVATION,NORMALISER or "
                          "ACTIVATION,NORMALISER,LAYER_NORM, as quad,2quad",
                          set);
        return false;
    }
    return true;
}

int host_failed(const mpcf_error *err)
{
    const mpcf_status status = mpcf_error_status(err);
    const char *text = mpcf_error_text(err);
    int line = 0;
    const char *source = error_source(err, &line);

    if (source != NULL) {
        log_line(LOG_DEBUG, "%s: recorded at %s:%d", mpcf_status_name(status), source, line);
    }
    /* Lines of a file begin with the file's name, as a compiler's. */
    if (status == MPCF_E_CONFIG) {
        print_error("", text);
        return EXIT_USAGE;
    }
    print_error("mpcf-host: ", *text == '\0' ? mpcf_status_text(status) : text);
    return EXIT_FAILED;
}

int host_refused(const mpcf_error *err)
{
    const mpcf_status status = mpcf_error_status(err);
    const int result = host_failed(err);

    return status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED ? result : EXIT_USAGE;
}

static int print_version(void)
{
    (void) fprintf(standard_output(), "mpcf-host %s, plug-in ABI %d.%d, kernels %s\n", MPCF_VERSION,
                   MPCF_ABI_MAJOR, MPCF_ABI_MINOR, cpu_level_name(cpu_level()));
    return EXIT_DONE;
}

static int run_command(const struct command *command, int count, char **words)
{
    struct args args;
    bool help = false;

    if (!args_parse(command, count, words, &args, &help)) {
        return EXIT_USAGE;
    }
    if (help) {
        args_print_help(command);
        return EXIT_DONE;
    }
    if (cpu_check() != NULL) {
        return host_usage("", "%s", cpu_check());
    }
    interrupt_install();
    if (command->run != cmd_run && command->run != cmd_predict) {
        program_end_after_signal(command->run == cmd_bench ? BENCH_ENDS_S : COMMAND_ENDS_S);
    }
    return command->run(&args);
}

static bool names_a_file(const char *word)
{
    return text_ends_with(word, ".yaml") || text_ends_with(word, ".yml") ||
           strchr(word, '/') != NULL;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* WORDS that begin with no command: `run` may be left out where a file or an option comes first. */
static int run_file(int count, char **words)
{
    if (count > 1 && command_is_group(words[0]) && asks_for_help(words[1])) {
        return command_help_group(words[0]);
    }
    if (names_a_file(words[0]) || (words[0][0] == '-' && words[0][1] != '\0')) {
        return run_command(&commands[0], count, words);
    }
    return command_unknown(count, words);
}

static int run_words(int count, char **words)
{
    const struct command *command;
    int taken = 0;

    if (count == 0) {
        (void) command_help_all();
        return EXIT_USAGE;
    }
    if (strcmp(words[0], "help") == 0) {
        return command_help(count - 1, words + 1);
    }
    if (asks_for_help(words[0])) {
        return command_help_all();
    }
    if (strcmp(words[0], "--version") == 0 || strcmp(words[0], "version") == 0) {
        return print_version();
    }
    command = command_find(count, words, &taken);
    return command != NULL ? run_command(command, count - taken, words + taken)
                           : run_file(count, words);
}

/* What was printed is there, or nobody wants it any more; else RESULT is no success. */
static int finish_output(int result)
{
    const int cause = standard_output_end();

    if (cause == 0 || standard_output_is_left()) {
        return result;
    }
    print_error("mpcf-host: cannot write standard output: ", strerror(cause));
    return result == EXIT_DONE ? EXIT_FAILED : result;
}

int mpcf_main(int argc, char **argv)
{
    int result;

    if (!descriptors_open_standard()) {
        return EXIT_FAILED;
    }
    descriptors_outlive_writes();
    standard_output_begin();
    program_end_guard();
    result = finish_output(run_words(argc - 1, argv + 1));
    program_end_reached();
    return result;
}
