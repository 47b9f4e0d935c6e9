/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of a command line mean by a command's table, and its --help. */
#include "args.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host.h"
#include "standard_output.h"

static const struct arg_option *find(const struct command *command, const char *name, size_t length)
{
    for (const struct arg_option *o = command->options; o != NULL && o->name != NULL; o++) {
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0) {
            return o;
        }
    }
    return NULL;
}

static bool unknown(const struct command *command, const char *word)
{
    const char *words[ARGS_LIMIT], *near;
    size_t count = 0;

    for (const struct arg_option *o = command->options; o != NULL && o->name != NULL; o++) {
        words[count++] = o->name;
    }
    words[count++] = "--help";
    near = text_nearest(word, words, count);
    (void) host_usage(command->name, "there is no option '%s'%s%s%s", word,
                      near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                      near == NULL ? "" : "'?");
    return false;
}

/* One option at *WORD; takes the next word as its value where it needs one. */
static bool take_option(int count, char **words, int *at, struct args *args)
{
    const char *word = words[*at], *equals = strchr(word, '=');
    const size_t length = equals == NULL ? strlen(word) : (size_t) (equals - word);
    const struct arg_option *option = find(args->command, word, length);

    if (option == NULL) {
        return unknown(args->command, word);
    }
    if (option->value == NULL && equals != NULL) {
        (void) host_usage(args->command->name, "option '%s' takes no value", option->name);
        return false;
    }
    if (option->value != NULL && equals == NULL && *at + 1 == count) {
        (void) host_usage(args->command->name, "option '%s' needs a value: %s %s", option->name,
                          option->name, option->value);
        return false;
    }
    args->given[args->given_count] = option;
    if (option->value != NULL) {
        args->values[args->given_count] = equals != NULL ? equals + 1 : words[++*at];
    }
    args->given_count++;
    return true;
}

static bool check_operands(const struct args *args)
{
    const struct command *c = args->command;

    if (args->operand_count < c->least) {
        (void) host_usage(c->name, "expected %s", c->operands);
        return false;
    }
    if (args->operand_count > c->most) {
        (void) host_usage(c->name, "'%s' is one word too many", args->operands[c->most]);
        return false;
    }
    return true;
}

/* "--json", "-x"; not "-", nor a number, which no option is called by. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strchr("0123456789.", word[1]) == NULL;
}

bool args_parse(const struct command *command, int count, char **words, struct args *args,
                bool *help)
{
    bool is_text = false; /* behind "--" */

    *args = (struct args){.command = command};
    *help = false;
    for (int i = 0; i < count; i++) {
        if (!is_text && strcmp(words[i], "--") == 0) {
            is_text = true;
            continue;
        }
        if (!is_text && (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)) {
            *help = true;
            return true;
        }
        if (args->given_count == ARGS_LIMIT || args->operand_count == ARGS_LIMIT) {
            (void) host_usage(command->name, "more than %d words", ARGS_LIMIT);
            return false;
        }
        if (!is_text && is_option(words[i])) {
            if (!take_option(count, words, &i, args)) {
                return false;
            }
        } else {
            args->operands[args->operand_count++] = words[i];
        }
    }
    return check_operands(args);
}

bool args_has(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *args_value(const struct args *args, const char *name)
{
    for (size_t i = args->given_count; i-- > 0;) {
        if (strcmp(args->given[i]->name, name) == 0) {
            return args->values[i];
        }
    }
    return NULL;
}

size_t args_values(const struct args *args, const char *name, const char *values[ARGS_LIMIT])
{
    size_t count = 0;

    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i]->name, name) == 0) {
            values[count++] = args->values[i];
        }
    }
    return count;
}

bool args_number(const struct args *args, const char *name, int64_t low, int64_t high,
                 int64_t *number)
{
    const char *text = args_value(args, name);
    char *end = NULL;
    long long value;

    if (text == NULL) {
        return true;
    }
    value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || value < low || value > high) {
        (void) host_usage(args->command->name,
                          "%s: '%s' is not a whole number from %" PRId64 " to %" PRId64, name, text,
                          low, high);
        return false;
    }
    *number = value;
    return true;
}

void args_print_help(const struct command *command)
{
    (void) fprintf(standard_output(), "usage: mpcf-host %s%s%s%s\n\n%s\n", command->name,
                   *command->operands == '\0' ? "" : " ", command->operands,
                   command->options == NULL ? "" : " [options]", command->summary);
    for (const struct arg_option *o = command->options; o != NULL && o->name != NULL; o++) {
        char head[64];

        (void) snprintf(head, sizeof head, "%s%s%s", o->name, o->value == NULL ? "" : " ",
                        o->value == NULL ? "" : o->value);
        (void) fprintf(standard_output(), "%s  %-26s %s\n", o == command->options ? "\n" : "", head,
                       o->help);
    }
}
