/* SPDX-License-Identifier: Apache-2.0 */
/* The name and the meaning of each status, from the table in <mpcf/status.h>. */
#include <stddef.h>

#include <mpcf/status.h>

struct status_row {
    mpcf_status status;
    const char *name, *text;
};

static const struct status_row rows[] = {
#define STATUS_ROW(name, number, text) {MPCF_##name, "MPCF_" #name, text},
    MPCF_STATUS_MAP(STATUS_ROW)
#undef STATUS_ROW
};

static const struct status_row *find(mpcf_status status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].status == status) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *mpcf_status_name(mpcf_status status)
{
    const struct status_row *row = find(status);

    return row != NULL ? row->name : "unknown status";
}

const char *mpcf_status_text(mpcf_status status)
{
    const struct status_row *row = find(status);

    return row != NULL ? row->text : "unknown status";
}
