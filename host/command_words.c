/* SPDX-License-Identifier: Apache-2.0 */
/* How words of a command line become a command, or the nearest one's name, or help. */
#include "command_words.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host.h"
#include "standard_output.h"

enum { COMMANDS_MAX = 64 };

static size_t first_length(const struct command *c)
{
    return strcspn(c->name, " ");
}

static bool begins_with(const struct command *c, const char *word)
{
    return strlen(word) == first_length(c) && strncmp(c->name, word, first_length(c)) == 0;
}

const struct command *command_find(int count, char **words, int *taken)
{
    for (const struct command *c = commands; count > 0 && c->name != NULL; c++) {
        const char *second = c->name + first_length(c);

        if (begins_with(c, words[0]) &&
            (*second == '\0' || (count > 1 && strcmp(words[1], second + 1) == 0))) {
            *taken = *second == '\0' ? 1 : 2;
            return c;
        }
    }
    return NULL;
}

bool command_is_group(const char *word)
{
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (begins_with(c, word) && c->name[first_length(c)] == ' ') {
            return true;
        }
    }
    return false;
}

static void print_line(const struct command *c)
{
    char head[64];

    (void) snprintf(head, sizeof head, "%s %s", c->name, c->operands);
    (void) fprintf(standard_output(), "  %-38s %s\n", head, c->summary);
}

int command_help_all(void)
{
    (void) fprintf(standard_output(), "%s\n",
                   "usage: mpcf-host PIPELINE.yaml [options]\n"
                   "       mpcf-host COMMAND ...\n\n"
                   "Private inference of transformers between two parties.\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        print_line(c);
    }
    (void) fprintf(standard_output(), "%s\n",
                   "\n  help COMMAND, or COMMAND --help, shows a command's options; --version this "
                   "build.\n"
                   "  Exit status: 0 done, 1 failed, 2 the file or the command line is wrong.");
    return EXIT_DONE;
}

int command_help_group(const char *word)
{
    (void) fprintf(standard_output(), "usage: mpcf-host %s COMMAND ...\n\n", word);
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (begins_with(c, word)) {
            print_line(c);
        }
    }
    (void) fprintf(standard_output(), "\n  %s COMMAND --help shows a command's options.\n", word);
    return EXIT_DONE;
}

int command_help(int count, char **words)
{
    int taken = 0;
    const struct command *c = command_find(count, words, &taken);

    if (count == 0 || words[0][0] == '-') {
        return command_help_all();
    }
    if (c != NULL) {
        args_print_help(c);
        return EXIT_DONE;
    }
    return count == 1 && command_is_group(words[0]) ? command_help_group(words[0])
                                                    : command_unknown(count, words);
}

/* "plugin chek", "plguin check": nearest among whole names. "rnu x.yaml": by the first word. */
static const char *nearest(int count, char **words)
{
    const char *names[COMMANDS_MAX], *near = NULL;
    char both[256];
    size_t known = 0;

    for (const struct command *c = commands; c->name != NULL && known < COMMANDS_MAX; c++) {
        names[known++] = c->name;
    }
    if (count > 1) {
        (void) snprintf(both, sizeof both, "%s %s", words[0], words[1]);
        near = text_nearest(both, names, known);
        near = near != NULL && strchr(near, ' ') != NULL ? near : NULL;
    }
    return near != NULL ? near : text_nearest(words[0], names, known);
}

static int missing_second(const char *word)
{
    struct text_buffer names = {0};
    int result;

    for (const struct command *c = commands; c->name != NULL; c++) {
        if (begins_with(c, word)) {
            text_printf(&names, "%s'%s'", names.length == 0 ? "" : ", ", c->name);
        }
    }
    result = host_usage(word, "expected one of %s", text_string(&names));
    text_clear(&names);
    return result;
}

int command_unknown(int count, char **words)
{
    const bool in_group = command_is_group(words[0]);
    const char *near = nearest(count, words);

    if (in_group && count == 1) {
        return missing_second(words[0]);
    }
    return host_usage(in_group ? words[0] : "", "there is no command '%s%s%s'%s%s%s", words[0],
                      in_group ? " " : "", in_group ? words[1] : "",
                      near == NULL ? ", and a pipeline's name ends with .yaml" : "; did you mean '",
                      near == NULL ? "" : near, near == NULL ? "" : "'?");
}
