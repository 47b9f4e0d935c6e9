/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the masks under which a session was stored are still kept. */
#include "inference/kept_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "preprocess/kept.h"

/* The id in hex, in the folder of a session that was dealt under kept masks. */
static char *note_path(const char *folder)
{
    return file_join(folder, "kept");
}

mpcf_status kept_session_note(const struct role_state *state, const char *folder, mpcf_error *err)
{
    char text[KEPT_ID_TEXT], *path = NULL;
    mpcf_status status = MPCF_OK;

    if (state->role != ROLE_PROVIDER || state->kept_masks == NULL || folder == NULL) {
        return MPCF_OK;
    }
    kept_id_print(kept_mark(state->kept_masks)->id, text);
    path = note_path(folder);
    status = path != NULL ? file_write_whole_private(path, text, KEPT_ID_TEXT - 1, err)
                          : mpcf_fail_memory(err, 0, "a path");
    mpcf_free(path);
    return status;
}

/* The id that PATH says. */
static bool read_id(const char *path, uint8_t id[KEPT_ID_BYTES])
{
    char *text = NULL, again[KEPT_ID_TEXT];
    size_t length = 0;
    bool is_read = file_read(path, KEPT_ID_TEXT, &text, &length, NULL) == MPCF_OK &&
                   length == KEPT_ID_TEXT - 1;

    for (size_t i = 0; is_read && i < KEPT_ID_BYTES; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        id[i] = (uint8_t) strtoul(pair, NULL, 16);
    }
    if (is_read) {
        kept_id_print(id, again);
        is_read = memcmp(again, text, KEPT_ID_TEXT) == 0;
    }
    mpcf_free(text);
    return is_read;
}

bool kept_session_is_known(const struct role_state *state, const char *folder)
{
    uint8_t id[KEPT_ID_BYTES];
    struct stat facts;
    char *path = folder != NULL ? note_path(folder) : NULL;
    bool are_known = path != NULL;

    if (are_known && (stat(path, &facts) == 0 || errno != ENOENT)) {
        are_known =
            state->kept_root != NULL && read_id(path, id) && kept_has_id(state->kept_root, id);
    }
    mpcf_free(path);
    return are_known;
}
