/* SPDX-License-Identifier: Apache-2.0 */
/* What the others hear of a failure here, and how long they are waited for. */
#include "inference/farewell.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "channel/channel.h"

/* Together less than the parent of a run on one machine waits for who failed after another. */
#define SAY_NS INT64_C(200000000) /* each */
#define ALL_NS INT64_C(700000000)

/* Whether C can stand in a path that is not quoted. */
static bool is_of_path(char c)
{
    return c > ' ' && c <= '~' && strchr("'\"(,;", c) == NULL;
}

/* TEXT with "'/home/a b/3.bin'" as "'3.bin'". */
static void shorten(const char *text, char *out, size_t size)
{
    size_t length = 0, word = 0; /* where this word begins in OUT */
    bool is_quoted = false;
    for (char before = ' '; *text != '\0' && length + 1 < size; before = *text++) {
        if (*text == '/') {
            length = word;
            continue;
        }
        out[length++] = *text;
        bool is_quote = *text == '\'' && (is_quoted || before == ' ');
        is_quoted = is_quoted != is_quote;
        word = is_quote || (!is_quoted && !is_of_path(*text)) ? length : word;
    }
    out[length] = '\0';
}

static const char *words(mpcf_status status, const mpcf_error *err)
{
    const char *text = mpcf_error_text(err);
    switch (status) {
    case MPCF_E_INTERRUPTED:
        return "stopped by a signal";
    case MPCF_E_NOMEM:
    case MPCF_E_IO:
    case MPCF_E_TIMEOUT:
    case MPCF_E_CLOSED:
    case MPCF_E_AUTH:
    case MPCF_E_PROTOCOL:
        return text[0] == '\0' ? mpcf_status_text(status) : text;
    default:
        return mpcf_status_text(status);
    }
}

void farewell_say(const struct roles_links *links, mpcf_status status, const mpcf_error *err)
{
    char reason[FRAMING_REASON + 2]; /* one more than can be said, so that a cut shows */
    int64_t deadline = clock_deadline(ALL_NS);
    shorten(words(status, err), reason, sizeof(reason));
    for (size_t i = 0; i < 3; i++) {
        if (links->peers[i] != NULL) {
            channel_say_end(links->peers[i], reason, clock_deadline(SAY_NS));
        }
    }
    for (size_t i = 0; i < 3; i++) {
        if (links->peers[i] != NULL) {
            channel_wait_end(links->peers[i], deadline);
        }
    }
}
